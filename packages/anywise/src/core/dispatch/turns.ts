import type { Abortable } from '../time/lazy-signal.js';

/** Gives a place back. */
export type Done = () => void;

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
  async take(signal: Abortable): Promise<Done | undefined> {
    if (signal.aborted) throw signal.reason;
    const free = this.takeFree();
    if (free !== undefined) return free;
    if (this.#line.size >= this.#longestLine) return undefined;
    await this.#wait(signal);
    return this.#done();
  }

  /** Takes a place if one is free: most often one is, and a promise would cost as much as the rest of this. */
  takeFree(): Done | undefined {
    if (this.#taken >= this.#places) return undefined;
    this.#taken++;
    return this.#done();
  }

  #done(): Done {
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
