import { startTimer } from '../core/time/timers.js';

/**
 * Waits for work, but no longer than `timeoutMs`: gives whether it ended by then. What it throws by then is thrown; later it
 * is ignored.
 */
export async function endsWithin(timeoutMs: number, work: Promise<unknown> | undefined): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeIsUp = new Promise<boolean>((resolve) => (timer = startTimer(() => resolve(false), timeoutMs)));
  try {
    return await Promise.race([Promise.resolve(work).then(() => true), timeIsUp]);
  } finally {
    clearTimeout(timer);
  }
}

/** Callers that wait for conditions. Code that may change one calls `wake`. */
export class Waiters {
  readonly #looks = new Set<() => void>();

  /**
   * Resolves with `true` once the condition holds, and with `false` after `timeoutMs`. The condition is checked now and at
   * each `wake`.
   */
  until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    if (condition()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (holds: boolean): void => {
        clearTimeout(timer);
        this.#looks.delete(look);
        resolve(holds);
      };
      const look = (): void => {
        if (condition()) end(true);
      };
      const timer = startTimer(() => end(condition()), timeoutMs);
      this.#looks.add(look);
    });
  }

  /** Makes all waiting callers check again. */
  wake(): void {
    for (const look of this.#looks) look();
  }
}
