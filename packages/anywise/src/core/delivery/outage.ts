import { isTerminal } from '../errors/thrown.js';
import type { Logger } from '../ports/logger.js';

/**
 * Whether a part of a bus can be used, as those who use it find out. The log is told when an outage begins, when waiting stops
 * being enough, and when the outage is over, however often others meet the same failure in between.
 */
export class Outage {
  readonly #part: string;
  readonly #logger: Logger;
  /** Who has met the failure, and has not succeeded since. */
  readonly #met = new Map<string, unknown>();
  #failures = 0;
  #needsHelp = false;

  /** @param part how the log names it. */
  constructor(part: string, logger: Logger) {
    this.#part = part;
    this.#logger = logger;
  }

  /** Whether somebody has met a failure and has not succeeded since. */
  get goesOn(): boolean {
    return this.#met.size > 0;
  }

  /** What `by` has met last; `undefined` if it has succeeded since. */
  errorOf(by: string): unknown {
    return this.#met.get(by);
  }

  /**
   * @param by who has met the failure.
   * @param meaning what follows from it, for the log.
   */
  failed(by: string, error: unknown, meaning = ''): void {
    const isFirst = !this.goesOn;
    this.#met.set(by, error);
    this.#failures++;
    const details = { err: error, part: this.#part };
    const text = `The ${this.#part} cannot be used${meaning}`;
    if (isTerminal(error) && !this.#needsHelp) {
      this.#needsHelp = true;
      this.#logger.error(details, `${text}. It refuses this service, so waiting alone does not help`);
    } else if (isFirst) this.#logger.warn(details, text);
  }

  succeeded(by: string): void {
    if (!this.#met.delete(by) || this.goesOn) return;
    this.#logger.info({ part: this.#part, failures: this.#failures }, `The ${this.#part} can be used again`);
    this.#failures = 0;
    this.#needsHelp = false;
  }
}
