import type { Anywise } from '../anywise.js';
import { definitionOf, type Event } from '../message.js';
import type { Failed } from '../observer.js';

interface Expected {
  readonly listener: string;
  readonly event: Event;
}

/**
 * Watches what becomes of every event that some buses publish. Each event has to reach each of its listeners that run after
 * the commit; from the event on, not by looking into stores, so that nothing on its way between them is missed.
 */
export class Deliveries {
  readonly events: Event[] = [];
  readonly failures: Failed[] = [];
  readonly #buses: readonly Anywise[];
  readonly #open = new Map<string, Expected>();
  readonly #unobserve: (() => void)[];
  #changed: (() => void) | undefined;

  constructor(buses: readonly Anywise[]) {
    this.#buses = buses;
    this.#unobserve = buses.map((bus) =>
      bus.observe({
        published: (event) => this.#expect(event),
        handled: ({ listener, id }) => this.#settle(listener, id),
        failed: (failed) => this.#noteFailure(failed),
      }),
    );
  }

  /** @throws Error that names what is still open when time is up. */
  async untilSettled(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (this.#open.size > 0) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0)
        throw new Error(`After ${timeoutMs} ms these were not handled: ${this.#openTexts().join(', ')}.`);
      await this.#untilChanged(leftMs);
    }
  }

  stop(): void {
    for (const unobserve of this.#unobserve) unobserve();
  }

  #expect(event: Event): void {
    this.events.push(event);
    for (const bus of this.#buses) {
      for (const { name, runs } of bus.inspect.listeners(definitionOf(event))) {
        if (runs === 'afterwards') this.#open.set(keyOf(name, event.eventId), { listener: name, event });
      }
    }
    this.#changed?.();
  }

  #settle(listener: string, id: string): void {
    this.#open.delete(keyOf(listener, id));
    this.#changed?.();
  }

  #noteFailure(failed: Failed): void {
    this.failures.push(failed);
    if (failed.dead === undefined) return;
    this.#settle(failed.listener, failed.id);
    if (failed.dead === 'park') this.#settleBehind(failed);
  }

  /** What waits behind a dead letter is not going to be handled. */
  #settleBehind({ listener, key }: Failed): void {
    for (const { listener: name, event } of this.#open.values()) {
      if (name === listener && event.entityId === key) this.#settle(name, event.eventId);
    }
  }

  #openTexts(): string[] {
    return [...this.#open.values()].map(({ listener, event }) => `\`${event.type}\` by \`${listener}\``);
  }

  async #untilChanged(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#changed = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function keyOf(listener: string, id: string): string {
  return JSON.stringify([listener, id]);
}
