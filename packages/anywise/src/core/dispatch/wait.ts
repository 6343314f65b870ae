import { setMaxListeners } from 'node:events';
import { startTimer } from '../time/timers.js';

/** What can end the wait for an answer, and with which error. */
export interface WaitOptions {
  readonly timeoutMs: number;
  readonly timedOut: () => Error;
  /** The signal of the caller's options. */
  readonly signal: AbortSignal | undefined;
  readonly givenUp: (reason: unknown) => Error;
  /** The signal of the message whose code waits. Its reason is the error. */
  readonly outer: AbortSignal | undefined;
}

/** The wait for the answer of another service. */
export interface Wait {
  /** Aborted with the error that ends the wait. */
  readonly signal: AbortSignal;
  abort(error: Error): void;
  /** Milliseconds until time is up, at least 1. */
  left(): number;
  /** Lets go of the timer and the signals. */
  end(): void;
}

export function startWait({ timeoutMs, timedOut, signal, givenUp, outer }: WaitOptions): Wait {
  const controller = new AbortController();
  const until = performance.now() + timeoutMs;
  const timer = startTimer(() => controller.abort(timedOut()), timeoutMs);
  const listen = (source: AbortSignal | undefined, errorOf: (reason: unknown) => unknown): (() => void) => {
    if (source === undefined) return () => undefined;
    const abort = (): void => controller.abort(errorOf(source.reason));
    if (source.aborted) abort();
    // Node warns of more than ten, but one signal may end many waits, and each removes its listener.
    setMaxListeners(0, source);
    source.addEventListener('abort', abort, { once: true });
    return () => source.removeEventListener('abort', abort);
  };
  const forget = [listen(signal, givenUp), listen(outer, (reason) => reason)];
  return {
    signal: controller.signal,
    abort: (error) => controller.abort(error),
    left: () => Math.max(1, Math.ceil(until - performance.now())),
    end: () => {
      clearTimeout(timer);
      for (const each of forget) each();
    },
  };
}
