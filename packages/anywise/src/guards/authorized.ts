import { checkOptions, ofType } from '../core/errors/options.js';
import type { FrozenContext } from '../core/message/context.js';
import type { Awaitable } from '../core/registry/definitions.js';
import type { Message, ReadyGuard } from './guard.js';

/** Options of {@link authorized}. */
export interface AuthorizedOptions<M = Message, Injected extends readonly unknown[] = []> {
  /**
   * Whether the message may be handled. Only `true` lets it pass. If it throws, the sender gets that error instead of
   * `refusal`.
   */
  readonly allow: (message: M, context: FrozenContext, ...injected: Injected) => Awaitable<boolean>;
  /** Creates the error for the sender, such as a domain error that the command declares. */
  readonly refusal: (message: M, context: FrozenContext) => Error;
}

/**
 * Lets only permitted messages through. The predicate can inject dependencies, as any guard can.
 *
 * @throws SetupError (`INVALID_SETUP`) that lists all invalid options.
 * @example
 * on(RefundPayment).guard(authorized({
 *   allow: (_command, context) => context.get(CurrentUser).role === 'support',
 *   refusal: ({ paymentId }) => new RefundForbidden({ paymentId }),
 * }))
 */
export function authorized<M extends Message = Message, Injected extends readonly unknown[] = []>(
  options: AuthorizedOptions<M, Injected>,
): ReadyGuard<M, Injected> {
  const checks = { allow: ofType('function'), refusal: ofType('function') };
  checkOptions('`authorized`', options, checks, ['allow', 'refusal']);
  const { allow, refusal } = options;

  return async function authorized(message, context, next, ...injected) {
    const isAllowed: unknown = await allow(message, context, ...injected);
    if (isAllowed !== true) throw refusal(message, context);
    return next();
  };
}
