import { startTimer } from '../time/timers.js';

/** What the last look at the code of one command showed. */
export interface Pace {
  /** How many sends may pass before one is looked at. */
  skips: number;
}

/** How many sends of code that never waits for anything pass between two looks. */
const skipsBetweenLooks = 256;

/**
 * The sends in hand that need nothing from the bus, and so have no unit of work. `stop` waits for them.
 *
 * Watching a promise costs half as much as a bare `await`. So code that was seen to end before the event loop turned is only
 * sampled: when a bus stops, such code has ended anyway. Code that waits for something is always watched.
 */
export class PlainSends {
  #inHand = 0;
  #turn = 0;
  #turnsSoon = false;
  #idle: (() => void) | undefined;

  /** Returns the outcome of `send`, and counts it until it settles. */
  watch(send: () => Promise<unknown>, pace: Pace): Promise<unknown> {
    // Before the code runs, so that nothing else that waits for the next turn comes first.
    this.#countTurns();
    const turn = this.#turn;
    const sent = send();
    this.#inHand++;
    const end = (): void => {
      pace.skips = turn === this.#turn ? skipsBetweenLooks : 0;
      if (--this.#inHand === 0) this.#idle?.();
    };
    return sent.then(
      (reply) => {
        end();
        return reply;
      },
      (error: unknown) => {
        end();
        throw error;
      },
    );
  }

  /** Resolves when none is in hand, or after `timeoutMs`. */
  async untilIdle(timeoutMs: number): Promise<void> {
    if (this.#inHand === 0) return;
    await new Promise<void>((resolve) => {
      const timer = startTimer(resolve, timeoutMs);
      this.#idle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #countTurns(): void {
    if (this.#turnsSoon) return;
    this.#turnsSoon = true;
    setImmediate(() => {
      this.#turn++;
      this.#turnsSoon = false;
    });
  }
}
