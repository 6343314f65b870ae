/** How the code of one command runs: what is remembered of its last look. */
export interface Pace {
  /** How many sends may pass before one is looked at. */
  skips: number;
}

/** How many sends of code that never waits for anything pass between two looks. */
const skipsBetweenLooks = 64;

/**
 * The sends in hand that need nothing of the bus, and so have no unit of work, for a `stop` that waits for them.
 *
 * Watching a promise costs half as much as a bare `await`. So code that was seen to end before the event loop turned is
 * watched only now and then: when a bus stops, such code has ended anyway. Code that waits for something is watched always.
 */
export class PlainSends {
  #inHand = 0;
  #turn = 0;
  #turnsSoon = false;
  #idle: (() => void) | undefined;

  /** Gives the outcome of `send`, and counts it until then. */
  watch(send: () => Promise<unknown>, pace: Pace): Promise<unknown> {
    // Before the code runs: what waits for the next turn must not come first.
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

  /** Resolves when none is in hand any more, or after `timeoutMs`. */
  async untilIdle(timeoutMs: number): Promise<void> {
    if (this.#inHand === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
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
