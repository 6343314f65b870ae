import type { Logger } from './logger.js';
import type { OnDead } from './inbox.js';
import type { Event } from '../message/message.js';

/** A command that was enqueued. */
export interface Enqueued {
  readonly id: string;
  readonly type: string;
  readonly key: string | undefined;
  /** Whether it is scheduled for later. */
  readonly isDelayed: boolean;
}

/** A message delivered, after its commit, to a listener or to the handler of a command. */
export interface Delivered {
  /** The listener's name; the wire name of a command. */
  readonly listener: string;
  /** The message's id; an event's `eventId`. */
  readonly id: string;
  readonly type: string;
  /** The key within which messages keep their order: the event's entity, or the key with which the command was enqueued. */
  readonly key: string | undefined;
  /** The number of this attempt, from 1. */
  readonly attempt: number;
}

/** A delivery that failed. */
export interface Failed extends Delivered {
  readonly error: unknown;
  /** What happens to the later messages, if this one was given up; `undefined` if it is retried. */
  readonly dead: OnDead | undefined;
}

/** A command or query between two services that has ended, as one of them sees it. */
export interface Exchange {
  /** The message's id, the same on both sides. */
  readonly id: string;
  readonly type: string;
  readonly kind: 'command' | 'query';
  /** How long it took on this side, in milliseconds. */
  readonly durationMs: number;
  /** Why there was no reply; `undefined` if there was. */
  readonly error: unknown;
}

/** A command or query that was sent to another service. */
export interface AskedOther extends Exchange {
  /** The service that was asked. */
  readonly service: string;
}

/** A command or query that another service sent. */
export interface AnsweredOther extends Exchange {
  /** Who sent it, a URI reference such as `/orders`. */
  readonly source: string;
}

/** Is told what a bus does, for tests, traces and dashboards. An error it throws is logged and goes no further. */
export interface Observer {
  /** An event was published, and its unit of work was committed. */
  published?(event: Event): void;
  /** A command was enqueued, and its unit of work was committed. */
  enqueued?(command: Enqueued): void;
  /** A listener, or the handler of an enqueued command, has handled a message, and its effects were committed. */
  handled?(delivered: Delivered): void;
  /** A listener, or the handler of an enqueued command, has failed, and its writes were rolled back. */
  failed?(failed: Failed): void;
  /** Another service has answered, or it could not be asked. */
  asked?(asked: AskedOther): void;
  /** Another service was answered. */
  answered?(answered: AnsweredOther): void;
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

  enqueued(command: Enqueued): void {
    this.#tell((observer) => observer.enqueued?.(command));
  }

  handled(delivered: Delivered): void {
    this.#tell((observer) => observer.handled?.(delivered));
  }

  failed(failed: Failed): void {
    this.#tell((observer) => observer.failed?.(failed));
  }

  asked(asked: AskedOther): void {
    this.#tell((observer) => observer.asked?.(asked));
  }

  answered(answered: AnsweredOther): void {
    this.#tell((observer) => observer.answered?.(answered));
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
