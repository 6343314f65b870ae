import { startTimer } from '../core/time/timers.js';
import type { Outcome } from './epoch.js';

/** The confirms that one call of `publish` waits for. */
export class Confirms {
  readonly #outcomes: Outcome[];
  #missing = 0;
  #whenAllCame: (() => void) | undefined;

  /** @param outcomes where they are written, each at its place. */
  constructor(outcomes: Outcome[]) {
    this.#outcomes = outcomes;
  }

  /** Expects one more. @returns what to call with it: the first call counts. */
  expect(at: number): (outcome: Outcome) => void {
    let isMissing = true;
    this.#missing++;
    return (outcome) => {
      if (!isMissing) return;
      isMissing = false;
      this.#outcomes[at] = outcome;
      if (--this.#missing === 0) this.#whenAllCame?.();
    };
  }

  /** Resolves when all have come. @param late called if they have not after so many milliseconds; it must make them come. */
  all(ms: number, late: () => void): Promise<void> {
    if (this.#missing === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = startTimer(late, ms);
      this.#whenAllCame = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
