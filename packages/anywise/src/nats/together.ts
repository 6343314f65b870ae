/**
 * Publishes what comes in one turn of the event loop at once, so that it leaves in one write to the socket. The client does so
 * only with what comes in one microtask, and a write costs as much as everything else about a small message.
 */
export class Together {
  #waiting: (() => void)[] = [];

  /** @param publish must not throw. */
  add(publish: () => void): void {
    if (this.#waiting.push(publish) === 1) process.nextTick(() => this.#publishAll());
  }

  #publishAll(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const publish of waiting) publish();
  }
}
