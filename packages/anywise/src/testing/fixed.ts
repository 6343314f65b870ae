import { AnywiseError } from '../core/errors/errors.js';
import { serviceName, type ContainerAdapter, type ServiceId } from '../core/ports/container.js';

/**
 * A container of ready-made values, for tests and for services that need nothing more.
 *
 * @example fixed([PaymentRepository, new FakePayments()], [Limits, { max: 100 }])
 */
export function fixed(...values: readonly (readonly [id: ServiceId, value: unknown])[]): ContainerAdapter {
  const byId = new Map<ServiceId, unknown>(values);
  return {
    provides: () => undefined,
    verify: (ids) =>
      ids.filter((id) => !byId.has(id)).map((id) => `\`${serviceName(id)}\` is not among the given values`),
    open: () => ({
      resolve: <T>(id: ServiceId<T>) => {
        if (byId.has(id)) return byId.get(id) as T;
        throw new AnywiseError('INVALID_SETUP', `\`${serviceName(id)}\` is not among the values passed to \`fixed\`.`);
      },
      dispose: () => undefined,
    }),
  };
}
