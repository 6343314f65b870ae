import { setMaxListeners } from 'node:events';
import { LazySignal } from '../time/lazy-signal.js';
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
export class Wait {
  /** Aborted with the error that ends the wait. */
  readonly stop = new LazySignal();
  readonly #options: WaitOptions;
  readonly #until: number;
  readonly #timer: NodeJS.Timeout;
  #forget: (() => void)[] | undefined;

  constructor(options: WaitOptions) {
    const { timeoutMs, timedOut, signal, givenUp, outer } = options;
    this.#options = options;
    this.#until = performance.now() + timeoutMs;
    this.#timer = startTimer(() => this.stop.abort(timedOut()), timeoutMs);
    if (signal !== undefined) this.#listen(signal, givenUp);
    if (outer !== undefined) this.#listen(outer, (reason) => reason as Error);
  }

  /**
   * Whole milliseconds until time is up, at least 1. If less is left, the wait ends, although its timer may be late: services
   * that ask each other in a circle have no time to let it fire.
   */
  left(): number {
    const left = Math.floor(this.#until - performance.now());
    if (left < 1) this.stop.abort(this.#options.timedOut());
    return Math.max(1, left);
  }

  /** Lets go of the timer and the signals. */
  end(): void {
    clearTimeout(this.#timer);
    for (const forget of this.#forget ?? []) forget();
  }

  #listen(source: AbortSignal, errorOf: (reason: unknown) => Error): void {
    const abort = (): void => this.stop.abort(errorOf(source.reason));
    if (source.aborted) abort();
    // Node warns of more than ten, but one signal may end many waits, and each removes its listener.
    setMaxListeners(0, source);
    source.addEventListener('abort', abort, { once: true });
    (this.#forget ??= []).push(() => source.removeEventListener('abort', abort));
  }
}
