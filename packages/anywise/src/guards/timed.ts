import { AnywiseError } from '../core/errors/errors.js';
import { checkOptions, milliseconds } from '../core/errors/options.js';
import type { ReadyGuard } from './guard.js';
import { onAbort } from './on-abort.js';

/** How long {@link timed} waits. */
export interface TimedOptions {
  /** How long a message may take, in milliseconds, from 1 to 2,147,483,647 (24 days). */
  readonly timeoutMs: number;
}

/**
 * Gives up on a message that takes too long, whatever time its sender gave it: it is rejected, its signal and that of all
 * that it sends is aborted, and what it wrote is rolled back with its sender's transaction. A handler that does not heed
 * `context.signal` runs on for nothing.
 *
 * @throws SetupError (`INVALID_SETUP`) where the limit is no such time.
 * @throws AnywiseError (`TIMEOUT`, retryable), from the message, once its time is up.
 * @example on(PaymentCommand).guard(timed({ timeoutMs: 2_000 }))
 */
export function timed(options: TimedOptions): ReadyGuard {
  const { timeoutMs } = { ...options };
  checkOptions('`timed`', { timeoutMs }, { timeoutMs: milliseconds(1) }, ['timeoutMs']);

  return async function timed({ type }, { signal: outer }, next) {
    outer.throwIfAborted();
    const end = new AbortController();
    const { signal } = end;
    const ended = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    const timer = setTimeout(() => end.abort(timedOut(type, timeoutMs)), timeoutMs);
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
