import { startTimer } from '../core/time/timers.js';
import type { FrozenContext } from '../core/message/context.js';
import { RefusedError } from '../core/errors/errors.js';
import { checkOptions, milliseconds, numberFrom, ofType, wholeNumber, withDefaults } from '../core/errors/options.js';
import { createBuckets } from './buckets.js';
import type { Message, ReadyGuard } from './guard.js';
import { readKey, type KeyOf } from './key.js';
import { onAbort } from './on-abort.js';

/** Options of {@link rateLimited}. */
export interface RateLimitedOptions<M = Message> {
  /** How many messages a second, in the long run, from 0.00001 (about one a day) to 1,000,000. */
  readonly perSecond: number;
  /** How many may pass at once after a pause, from 1 to 1,000,000. @defaultValue `perSecond`, at least 1 */
  readonly burst?: number;
  /** Counts each key separately, such as each user. @defaultValue all messages count together */
  readonly by?: KeyOf<M>;
  /**
   * How long a message may wait for its turn, in milliseconds, from 0 to 2,147,483,647. One that would wait longer is
   * refused at once. For a listener, a few seconds save refusing and storing the same messages again and again.
   *
   * @defaultValue 0: no message waits
   */
  readonly waitMs?: number;
  /** The time in milliseconds, from any origin. @defaultValue `performance.now` */
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
 * Limits how many messages per second are handled, with a token bucket. Every message counts, including one sent by another.
 * A message that fails counts; one that is aborted while it waits does not.
 *
 * Idle keys are forgotten once their bucket is full. Beyond 100,000 keys in use, the least recently used one is forgotten
 * early.
 *
 * @throws SetupError (`INVALID_SETUP`) that lists all invalid options.
 * @throws RefusedError (`RATE_LIMITED`, retryable), from a message that came too soon; `retryAfterMs` says how long to wait.
 * @example on(PaymentCommand).guard(rateLimited({ perSecond: 5, by: (_command, context) => context.get(CurrentUser).id }))
 */
export function rateLimited<M extends Message = Message>(options: RateLimitedOptions<M>): ReadyGuard<M> {
  checkOptions('`rateLimited`', options, checks, ['perSecond']);
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

/** A monotonic view of a clock, which pauses while the clock is set back. */
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

/** Resolves after a delay; rejects once the signal is aborted, after calling `inVain`. */
function pause(ms: number, signal: AbortSignal, inVain: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = startTimer(() => {
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
