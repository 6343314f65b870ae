/** Whether work that is repeated gets anywhere. */
export class Progress {
  #since: number | undefined;

  /** The work begins, or begins again after a failure. */
  begin(): void {
    this.#since ??= performance.now();
  }

  /** The work has succeeded. */
  succeed(): void {
    this.#since = undefined;
  }

  /** For how long the work has been begun without succeeding, in milliseconds. */
  get stalledMs(): number {
    return this.#since === undefined ? 0 : performance.now() - this.#since;
  }
}
