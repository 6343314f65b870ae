import type { FrozenContext } from '../core/message/context.js';
import { RefusedError } from '../core/errors/errors.js';
import { checkOptions, milliseconds, numberFrom, ofType, wholeNumber, withDefaults } from '../core/errors/options.js';
import { createBuckets } from './buckets.js';
import type { Message, ReadyGuard } from './guard.js';
import { readKey, type KeyOf } from './key.js';
import { onAbort } from './on-abort.js';

/** How often {@link rateLimited} lets a message in. */
export interface RateLimitedOptions<M = Message> {
  /** How many messages a second, in the long run, from 0.00001 (about one a day) to 1,000,000. */
  readonly perSecond: number;
  /** How many may come at once after a pause, from 1 to 1,000,000. @defaultValue those of one second, at least 1 */
  readonly burst?: number;
  /** Counts each key alone, such as each user. @defaultValue all messages count together */
  readonly by?: KeyOf<M>;
  /**
   * How long a message may wait for its turn, in milliseconds, from 0 to 2,147,483,647. One that would wait longer is
   * refused at once. Around a listener a few seconds save refusing, and storing, the same messages again and again.
   *
   * @defaultValue 0: none waits
   */
  readonly waitMs?: number;
  /** Tells the time in milliseconds, since whenever. @defaultValue `performance.now` */
  readonly now?: () => number;
}

const checks = {
  perSecond: numberFrom(0.000_01, 1_000_000),
  burst: wholeNumber(1, 1_000_000),
  by: ofType('function'),
  waitMs: milliseconds(0),
  now: ofType('function'),
};

/**
 * Lets only so many messages a second be handled (a token bucket). Each message counts, also one that another one sends.
 * A message that fails has counted; one that is aborted while it waits has not.
 *
 * Keys that were not seen for a while are forgotten, as a full bucket says nothing. Of more than 100,000 keys in use, that
 * which was not seen for longest is forgotten early.
 *
 * @throws SetupError (`INVALID_SETUP`) that lists the options that cannot be used.
 * @throws RefusedError (`RATE_LIMITED`, retryable), from a message that came too soon; `retryAfterMs` says when not to.
 * @example on(PaymentCommand).guard(rateLimited({ perSecond: 5, by: (_command, context) => context.get(CurrentUser).id }))
 */
export function rateLimited<M extends Message = Message>(options: RateLimitedOptions<M>): ReadyGuard<M> {
  checkOptions('`rateLimited`', { ...options }, checks, ['perSecond']);
  const { perSecond, by, burst, waitMs, now } = withDefaults(options, {
    burst: Math.max(1, Math.floor(options.perSecond)),
    waitMs: 0,
    now: () => performance.now(),
  });

  const buckets = createBuckets({ perSecond, burst, waitMs, most: 100_000 });
  const time = steady(now);
  return async function rateLimited(message, context, next) {
    const key = readKey('rateLimited', by, message, context);
    const { signal } = context;
    signal.throwIfAborted();
    const turn = buckets.take(key, time());
    if ('retryAfterMs' in turn) throw tooSoon(message, context, { perSecond, retryAfterMs: turn.retryAfterMs });
    if (turn.inMs > 0) await pause(turn.inMs, signal, () => buckets.giveBack(key));
    return next();
  };
}

/** A clock that stands still while another goes back, as one does that is set right. */
function steady(now: () => number): () => number {
  let time = 0;
  let last = now();
  return () => {
    const at = now();
    const passed = at - last;
    if (passed > 0 && Number.isFinite(passed)) time += passed;
    last = at;
    return time;
  };
}

/** Resolves after a while; rejects once the signal is aborted, which `inVain` is told. */
function pause(ms: number, signal: AbortSignal, inVain: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      stop();
      resolve();
    }, ms);
    const stop = onAbort(signal, () => {
      clearTimeout(timer);
      inVain();
      reject(signal.reason as Error);
    });
  });
}

function tooSoon(
  { type }: Message,
  { messageId }: FrozenContext,
  { perSecond, retryAfterMs }: { readonly perSecond: number; readonly retryAfterMs: number },
): RefusedError {
  return new RefusedError(
    'RATE_LIMITED',
    `\`${type}\` was refused: its guard lets ${perSecond} a second pass. Send it again in ${retryAfterMs} ms, or raise \`perSecond\` or \`burst\`.`,
    { messageId, retryAfterMs },
  );
}
