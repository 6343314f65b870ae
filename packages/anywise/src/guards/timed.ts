import { startTimer } from '../core/time/timers.js';
import { AnywiseError } from '../core/errors/errors.js';
import { checkOptions, milliseconds } from '../core/errors/options.js';
import type { ReadyGuard } from './guard.js';
import { onAbort } from './on-abort.js';

/** Options of {@link timed}. */
export interface TimedOptions {
  /** How long a message may take, in milliseconds, from 1 to 2,147,483,647 (24 days). */
  readonly timeoutMs: number;
}

/**
 * Gives up on a message that takes too long, whatever its sender's timeout: it rejects, its signal and those of everything
 * it sends are aborted, and its writes are rolled back with its sender's transaction. A handler that ignores
 * `context.signal` keeps running in vain.
 *
 * @throws SetupError (`INVALID_SETUP`) if the limit is out of range.
 * @throws AnywiseError (`TIMEOUT`, retryable), from the message, once its time is up.
 * @example on(PaymentCommand).guard(timed({ timeoutMs: 2_000 }))
 */
export function timed(options: TimedOptions): ReadyGuard {
  checkOptions('`timed`', options, { timeoutMs: milliseconds(1) }, ['timeoutMs']);
  const { timeoutMs } = options;

  return async function timed({ type }, { signal: outer }, next) {
    outer.throwIfAborted();
    const end = new AbortController();
    const { signal } = end;
    const ended = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    const timer = startTimer(() => end.abort(timedOut(type, timeoutMs)), timeoutMs);
    const stop = onAbort(outer, () => end.abort(outer.reason));
    try {
      return await Promise.race([next({ signal, deadline: Date.now() + timeoutMs }), ended]);
    } finally {
      clearTimeout(timer);
      stop();
    }
  };
}

function timedOut(type: string, timeoutMs: number): AnywiseError {
  return new AnywiseError(
    'TIMEOUT',
    `\`${type}\` was not handled within the ${timeoutMs} ms that its guard allows. Allow more with \`timed({ timeoutMs })\`, or find what is slow.`,
    { retryable: true },
  );
}
