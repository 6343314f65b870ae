import { setMaxListeners } from 'node:events';
import { startTimer } from '../time/timers.js';
import { LazySignal, type Abortable } from '../time/lazy-signal.js';
import { AnywiseError } from '../errors/errors.js';

export interface DeadlineOptions {
  /** How long the work may take, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** Aborted when the caller no longer wants the work. */
  readonly signal?: Abortable | undefined;
}

/** When a caller gives up: a signal for the work, and the error for the caller. */
export interface Deadline {
  readonly stop: LazySignal;
  /** When time is up, in milliseconds since 1970, if it ever is. */
  readonly deadline: number | undefined;
  /** Ends the timer. */
  clear(): void;
}

/** Starts the clock for one message. The reason of `stop` is what the send rejects with. */
export function startDeadline(type: string, { timeoutMs, signal }: DeadlineOptions): Deadline {
  const stop = new LazySignal();
  const giveUp = (): void =>
    stop.abort(
      new AnywiseError('ABORTED', `\`${type}\` was aborted by its sender; nothing was committed.`, {
        cause: signal?.reason,
      }),
    );
  const timer =
    timeoutMs === undefined ? undefined : startTimer(() => stop.abort(timedOut(type, timeoutMs)), timeoutMs);
  if (signal?.aborted === true) giveUp();
  else if (signal !== undefined) {
    // Node warns of more than ten, but a caller may give one signal to many messages, and each removes its listener.
    if (signal instanceof EventTarget) setMaxListeners(0, signal);
    signal.addEventListener('abort', giveUp, { once: true });
  }
  return {
    stop,
    deadline: timeoutMs === undefined ? undefined : Date.now() + timeoutMs,
    clear: () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    },
  };
}

function timedOut(type: string, timeoutMs: number): AnywiseError {
  return new AnywiseError(
    'TIMEOUT',
    `\`${type}\` was not handled within ${timeoutMs} ms; nothing was committed. Allow more with \`timeoutMs\`, or find what is slow.`,
    { retryable: true },
  );
}
