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
  /** The outcome of work, or the error that ends the wait before it. For one piece of work after the other. */
  race<T>(work: Promise<T>): Promise<T>;
  /**
   * Whole milliseconds until time is up, at least 1. If less is left, the wait ends, although its timer may be late: services
   * that ask each other in a circle have no time to let it fire.
   */
  left(): number;
  /** Lets go of the timer and the signals. */
  end(): void;
}

export function startWait({ timeoutMs, timedOut, signal, givenUp, outer }: WaitOptions): Wait {
  const controller = new AbortController();
  const until = performance.now() + timeoutMs;
  let onAbort: ((error: unknown) => void) | undefined;
  const end = (error: unknown): void => {
    if (controller.signal.aborted) return;
    controller.abort(error);
    onAbort?.(error);
  };
  const timer = startTimer(() => end(timedOut()), timeoutMs);
  const listen = (source: AbortSignal | undefined, errorOf: (reason: unknown) => unknown): (() => void) => {
    if (source === undefined) return () => undefined;
    const abort = (): void => end(errorOf(source.reason));
    if (source.aborted) abort();
    // Node warns of more than ten, but one signal may end many waits, and each removes its listener.
    setMaxListeners(0, source);
    source.addEventListener('abort', abort, { once: true });
    return () => source.removeEventListener('abort', abort);
  };
  const forget = [listen(signal, givenUp), listen(outer, (reason) => reason)];
  return {
    signal: controller.signal,
    abort: end,
    race: (work) =>
      new Promise((resolve, reject) => {
        if (controller.signal.aborted) reject(controller.signal.reason as Error);
        onAbort = reject;
        work.then(resolve, reject);
      }),
    left: () => {
      const left = Math.floor(until - performance.now());
      if (left < 1) end(timedOut());
      return Math.max(1, left);
    },
    end: () => {
      clearTimeout(timer);
      for (const each of forget) each();
    },
  };
}
