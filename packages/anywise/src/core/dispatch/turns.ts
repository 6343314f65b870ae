import type { Abortable } from '../time/lazy-signal.js';

/** Places for work that runs at the same time, and a line of limited length before them. */
export class Turns {
  readonly #places: number;
  readonly #longestLine: number;
  readonly #line = new Set<() => void>();
  #taken = 0;

  constructor(places: number, longestLine: number) {
    this.#places = places;
    this.#longestLine = longestLine;
  }

  /**
   * Takes a place, after those that came before. Resolves with what gives it back, and with `undefined` if the line is too
   * long. Rejects with the signal's reason once it is aborted.
   */
  async take(signal: Abortable): Promise<(() => void) | undefined> {
    if (signal.aborted) throw signal.reason;
    if (this.#taken < this.#places) this.#taken++;
    else if (this.#line.size >= this.#longestLine) return undefined;
    else await this.#wait(signal);
    let isGivenBack = false;
    return () => {
      if (isGivenBack) return;
      isGivenBack = true;
      this.#giveBack();
    };
  }

  #wait(signal: Abortable): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.#line.delete(begin);
        const reason = signal.reason as Error;
        reject(reason);
      };
      this.#line.add(begin);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** Passes the place on to the first in line. */
  #giveBack(): void {
    const [first] = this.#line;
    if (first === undefined) this.#taken--;
    else {
      this.#line.delete(first);
      first();
    }
  }
}
