/** For how long a responder's connection must be missed before it counts as gone: it may be making another. */
export const missedMs = 2_000;

/** The responders whose connections are missed, and since when. */
export class Suspects {
  #since = new Map<string, number>();

  /** Those that have been missed for long enough. */
  goneAt(nowMs: number): readonly string[] {
    return [...this.#since].filter(([, since]) => nowMs - since >= missedMs).map(([name]) => name);
  }

  /** @param missed those that are missed now; any other has been seen. */
  miss(missed: readonly string[], nowMs: number): void {
    this.#since = new Map(missed.map((name) => [name, this.#since.get(name) ?? nowMs]));
  }
}
