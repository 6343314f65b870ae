import { startTimer } from '../core/time/timers.js';

/** Lets in one caller at a time, in order of arrival. */
export class Mutex {
  #tail: Promise<void> = Promise.resolve();
  #inLine = 0;

  /** Resolves when it is the caller's turn, with the function that ends the turn. Calling that twice does no harm. */
  async acquire(): Promise<() => void> {
    const { turn, end } = this.#enter();
    await turn;
    return end;
  }

  /** The same, but resolves with `undefined` if the turn does not come within `timeoutMs`. */
  async acquireWithin(timeoutMs: number): Promise<(() => void) | undefined> {
    const isFree = this.#inLine === 0;
    const { turn, end } = this.#enter();
    if (isFree || (await comesWithin(turn, timeoutMs))) {
      await turn;
      return end;
    }
    void turn.then(end);
    return undefined;
  }

  #enter(): { readonly turn: Promise<void>; readonly end: () => void } {
    const turn = this.#tail;
    let release: () => void = () => undefined;
    this.#tail = new Promise((resolve) => (release = resolve));
    this.#inLine++;
    let hasEnded = false;
    const end = (): void => {
      if (hasEnded) return;
      hasEnded = true;
      this.#inLine--;
      release();
    };
    return { turn, end };
  }
}

function comesWithin(turn: Promise<void>, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = startTimer(() => resolve(false), timeoutMs);
    void turn.then(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}
