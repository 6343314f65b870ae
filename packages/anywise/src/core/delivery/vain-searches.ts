/** Which searches found nothing, and until when they would find nothing again. */
export class VainSearches {
  readonly #found = new Map<string, { readonly changes: number; readonly until: number }>();

  /**
   * @param what was searched for.
   * @param changes the count of changes before the search.
   * @param dueInMs when it is worth searching again although nothing changes until then.
   */
  note(what: string, changes: number, dueInMs: number): void {
    this.#found.set(what, { changes, until: performance.now() + dueInMs });
  }

  /** Another search may find something. */
  forget(what: string): void {
    this.#found.delete(what);
  }

  /** For how long a search is pointless, in milliseconds; 0 if it may find something. */
  restMs(what: string, changes: number): number {
    const found = this.#found.get(what);
    return found?.changes === changes ? Math.max(0, found.until - performance.now()) : 0;
  }
}
