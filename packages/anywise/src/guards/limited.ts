import type { FrozenContext } from '../core/message/context.js';
import { RefusedError } from '../core/errors/errors.js';
import { checkOptions, milliseconds, ofType, wholeNumber, withDefaults } from '../core/errors/options.js';
import type { Message, ReadyGuard } from './guard.js';
import { readKey, type KeyOf } from './key.js';
import { onAbort } from './on-abort.js';
import { createPlaces } from './places.js';

/** Options of {@link limited}. */
export interface LimitedOptions<M = Message> {
  /** How many messages may be handled at once, from 1 to 1,000,000. */
  readonly atOnce: number;
  /** Counts each key separately, such as each user. @defaultValue all messages count together */
  readonly by?: KeyOf<M>;
  /**
   * How many more may wait for a place (per key, if there are keys), from 0 to 1,000,000. First come, first served. A
   * waiting message from an inbox occupies one of the bus's places (`concurrency`); a refused one does not.
   *
   * @defaultValue 100
   */
  readonly waiting?: number;
  /**
   * How long a message may wait, in milliseconds, from 0 to 2,147,483,647. A command sent by a handler waits with that
   * handler's transaction open, which can deadlock on rows that another message holds: this limit ends it. @defaultValue
   * 30_000
   */
  readonly waitMs?: number;
  /**
   * How long a refused message should wait before the next attempt, in milliseconds, from 1 to 2,147,483,647. @defaultValue
   * 1_000
   */
  readonly retryAfterMs?: number;
}

const defaults = { waiting: 100, waitMs: 30_000, retryAfterMs: 1_000 };
const checks = {
  atOnce: wholeNumber(1, 1_000_000),
  by: ofType('function'),
  waiting: wholeNumber(0, 1_000_000),
  waitMs: milliseconds(0),
  retryAfterMs: milliseconds(1),
};

/**
 * Limits how many messages are handled at once. The others wait, and are refused if too many wait, or too long.
 *
 * A place is free again once its message was handled, failed or was aborted, even if the handler is still running. A message
 * sent while its sender has a place needs no other: a message never waits for itself.
 *
 * @throws SetupError (`INVALID_SETUP`) that lists all invalid options.
 * @throws RefusedError (`OVERLOADED`, retryable), from a message for which there is no place.
 * @example on(PaymentCommand).guard(limited({ atOnce: 4, by: (_command, context) => context.get(CurrentUser).id }))
 */
export function limited<M extends Message = Message>(options: LimitedOptions<M>): ReadyGuard<M> {
  checkOptions('`limited`', options, checks, ['atOnce']);
  const { atOnce, by, waiting, waitMs, retryAfterMs } = withDefaults(options, defaults);

  const places = createPlaces({ atOnce, waiting, waitMs });
  const inside = new WeakSet<FrozenContext>();
  return async function limited(message, context, next) {
    if (comesFrom(inside, context)) return next();
    const { signal } = context;
    const leave = await places.take(readKey('limited', by, message, context), signal);
    if (leave === undefined) throw overloaded(message, context, { atOnce, retryAfterMs });

    inside.add(context);
    const stop = onAbort(signal, leave);
    try {
      // It may have been aborted after getting its place.
      signal.throwIfAborted();
      return await next();
    } finally {
      stop();
      inside.delete(context);
      leave();
    }
  };
}

/** Whether a message, or one of its causes, has a place. */
function comesFrom(inside: WeakSet<FrozenContext>, context: FrozenContext): boolean {
  for (let at: FrozenContext | undefined = context; at !== undefined; at = parentOf(at)) {
    if (inside.has(at)) return true;
  }
  return false;
}

function parentOf(context: FrozenContext): FrozenContext | undefined {
  return (context as { readonly parent?: FrozenContext }).parent;
}

function overloaded(
  { type }: Message,
  { messageId }: FrozenContext,
  { atOnce, retryAfterMs }: { readonly atOnce: number; readonly retryAfterMs: number },
): RefusedError {
  return new RefusedError(
    'OVERLOADED',
    `\`${type}\` was refused: its guard lets ${atOnce} be handled at once, and too many wait, or too long. Send it again in ${retryAfterMs} ms, or raise \`atOnce\` or \`waiting\`.`,
    { messageId, retryAfterMs },
  );
}
