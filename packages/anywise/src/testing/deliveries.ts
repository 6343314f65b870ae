import type { Anywise } from '../core/bus/anywise.js';
import { definitionOf, type Event } from '../core/message/message.js';
import { Waiters } from '../kit/wait.js';
import type { Delivered, Enqueued, Failed } from '../core/ports/observer.js';

type Expected = Pick<Delivered, 'listener' | 'id' | 'type' | 'key'>;

/**
 * Watches every event that some buses publish, and every command that they enqueue without a delay. Each event has to reach
 * all of its listeners that run after the commit, each command its handler. It observes the buses from the start instead of
 * looking into stores, so that it misses nothing in transit.
 */
export class Deliveries {
  readonly events: Event[] = [];
  readonly failures: Failed[] = [];
  readonly #buses: readonly Anywise[];
  readonly #open = new Map<string, Expected>();
  readonly #unobserve: (() => void)[];
  readonly #waiters = new Waiters();

  constructor(buses: readonly Anywise[]) {
    this.#buses = buses;
    this.#unobserve = buses.map((bus) =>
      bus.observe({
        published: (event) => this.#expectEvent(event),
        enqueued: (command) => this.#expectCommand(command),
        handled: ({ listener, id }) => this.#settle(listener, id),
        failed: (failed) => this.#noteFailure(failed),
      }),
    );
  }

  /** @throws Error that names the pending deliveries when time is up. */
  async untilSettled(timeoutMs: number): Promise<void> {
    if (await this.#waiters.until(() => this.#open.size === 0, timeoutMs)) return;
    throw new Error(`After ${timeoutMs} ms these were not handled: ${this.#openTexts().join(', ')}.`);
  }

  stop(): void {
    for (const unobserve of this.#unobserve) unobserve();
  }

  #expectEvent(event: Event): void {
    this.events.push(event);
    const { eventId: id, type, entityId: key } = event;
    for (const bus of this.#buses) {
      for (const { name, runs } of bus.inspect.listeners(definitionOf(event))) {
        if (runs === 'afterwards') this.#expect({ listener: name, id, type, key });
      }
    }
  }

  /** Another slice's command goes to a bus that is not watched. */
  #expectCommand({ id, type, key, isDelayed }: Enqueued): void {
    const isHandled = this.#buses.some((bus) =>
      bus.describe().messages.some((message) => message.type === type && message.handler !== undefined),
    );
    if (!isDelayed && isHandled) this.#expect({ listener: type, id, type, key });
  }

  #expect(expected: Expected): void {
    this.#open.set(keyOf(expected.listener, expected.id), expected);
  }

  #settle(listener: string, id: string): void {
    this.#open.delete(keyOf(listener, id));
    this.#waiters.wake();
  }

  #noteFailure(failed: Failed): void {
    this.failures.push(failed);
    if (failed.dead === undefined) return;
    this.#settle(failed.listener, failed.id);
    if (failed.dead !== 'skip') this.#settleBehind(failed);
  }

  /** Messages that wait behind a dead letter will not be handled. */
  #settleBehind({ listener, key, dead }: Failed): void {
    for (const waiting of this.#open.values()) {
      const isBehind = dead === 'block' || (key !== undefined && waiting.key === key);
      if (waiting.listener === listener && isBehind) this.#settle(listener, waiting.id);
    }
  }

  #openTexts(): string[] {
    return [...this.#open.values()].map(({ listener, type }) => `\`${type}\` by \`${listener}\``);
  }
}

function keyOf(listener: string, id: string): string {
  return JSON.stringify([listener, id]);
}
