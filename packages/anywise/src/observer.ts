import type { Logger } from './logger.js';
import type { Event } from './message.js';

/** A message that a listener has been given after its commit. */
export interface Delivered {
  readonly listener: string;
  /** The message's id; an event's `eventId`. */
  readonly id: string;
  readonly type: string;
  /** The key within which messages keep their order: the event's entity. */
  readonly key: string | undefined;
  /** How often it has been tried, this time included. */
  readonly attempt: number;
}

/** A delivery that failed. */
export interface Failed extends Delivered {
  readonly error: unknown;
  /** Whether it was given up: `park` holds up the later messages of its key, `skip` does not. `undefined` where it is tried again. */
  readonly dead: 'park' | 'skip' | undefined;
}

/** Is told what a bus does, for tests, traces and dashboards. What it throws is logged and goes no further. */
export interface Observer {
  /** An event was published, and what it was part of was committed. */
  published?(event: Event): void;
  /** A listener has handled a message, and its effects were committed. */
  handled?(delivered: Delivered): void;
  failed?(failed: Failed): void;
}

/** The observers of one bus. */
export class Observers implements Required<Observer> {
  readonly #observers = new Set<Observer>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get any(): boolean {
    return this.#observers.size > 0;
  }

  add(observer: Observer): () => void {
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  published(event: Event): void {
    this.#tell((observer) => observer.published?.(event));
  }

  handled(delivered: Delivered): void {
    this.#tell((observer) => observer.handled?.(delivered));
  }

  failed(failed: Failed): void {
    this.#tell((observer) => observer.failed?.(failed));
  }

  #tell(what: (observer: Observer) => void): void {
    for (const observer of this.#observers) {
      try {
        what(observer);
      } catch (error) {
        this.#logger.error({ err: error }, 'An observer failed');
      }
    }
  }
}
