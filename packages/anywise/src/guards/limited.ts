import type { FrozenContext } from '../core/message/context.js';
import { RefusedError } from '../core/errors/errors.js';
import { checkOptions, milliseconds, ofType, wholeNumber, withDefaults } from '../core/errors/options.js';
import type { Message, ReadyGuard } from './guard.js';
import { readKey, type KeyOf } from './key.js';
import { onAbort } from './on-abort.js';
import { createPlaces } from './places.js';

/** How many {@link limited} lets in. */
export interface LimitedOptions<M = Message> {
  /** How many messages may be handled at once, from 1 to 1,000,000. */
  readonly atOnce: number;
  /** Counts each key alone, such as each user. @defaultValue all messages count together */
  readonly by?: KeyOf<M>;
  /**
   * How many more may wait for a place, for each key where there are keys, from 0 to 1,000,000. They get in as they came. A
   * message from an inbox that waits keeps one of the places of the whole bus (`concurrency`); one that is refused does not.
   *
   * @defaultValue 100
   */
  readonly waiting?: number;
  /**
   * How long a message may wait, in milliseconds, from 0 to 2,147,483,647. A command that a handler sends waits with that
   * handler's transaction open, and may wait for one that waits for the same rows: this ends it. @defaultValue 30_000
   */
  readonly waitMs?: number;
  /** How long a refused message is asked to stay away, in milliseconds, from 1 to 2,147,483,647. @defaultValue 1_000 */
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
 * Lets only so many messages be handled at once. The others wait, and are refused where too many wait, or too long.
 *
 * A place is free again when its message was handled, failed, or was aborted, even if its handler runs on then. What a
 * message sends while it has a place needs no other: a message never waits for itself.
 *
 * @throws SetupError (`INVALID_SETUP`) that lists the options that cannot be used.
 * @throws RefusedError (`OVERLOADED`, retryable), from a message for which there is no room.
 * @example on(PaymentCommand).guard(limited({ atOnce: 4, by: (_command, context) => context.get(CurrentUser).id }))
 */
export function limited<M extends Message = Message>(options: LimitedOptions<M>): ReadyGuard<M> {
  const given = withDefaults({ ...options }, defaults);
  checkOptions('`limited`', given, checks, ['atOnce']);
  const { atOnce, by, waiting, waitMs, retryAfterMs } = given;

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
      // It may have been aborted between getting its place and coming here.
      signal.throwIfAborted();
      return await next();
    } finally {
      stop();
      inside.delete(context);
      leave();
    }
  };
}

/** Whether a message, or one that led to it, is among those that have a place. */
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
