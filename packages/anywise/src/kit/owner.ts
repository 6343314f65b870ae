import { AnywiseError } from '../core/errors/errors.js';

/** @throws AnywiseError (`STORE_TAKEN`) if the store belongs to another service: each would take the other's messages for its own. */
export function assertOwner(owner: string, service: string): void {
  if (owner === service) return;
  throw new AnywiseError(
    'STORE_TAKEN',
    `The store belongs to the service \`${owner}\`, so \`${service}\` cannot use it. Give each service a file or a schema of its own. If the service was renamed, change \`service\` in the table \`anywise_owner\`.`,
  );
}
