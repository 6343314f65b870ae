import { inspect } from 'node:util';
import type { DomainErrorClass } from './domain-error.js';
import { newId } from './id.js';
import type { StandardSchema } from './schema.js';

/** A class whatever its constructor takes, abstract or not. */
export type AbstractClass<T> = abstract new (...args: never[]) => T;

/** What a message is: an intent (command), a question (query) or a fact (event). */
export type MessageKind = 'command' | 'query' | 'event';

/**
 * Any command or query. Abstract classes between this one and a message group messages: a guard on the group covers all of
 * them. The reply exists in the types only.
 */
export abstract class Command {
  declare readonly '~reply': unknown;

  /** The message's stable wire name. */
  get type(): string {
    return definitionOf(this).type;
  }
}

/** Any command or query, as a shape: classes from a factory extend it without being seen to. */
export type AnyCommand = Pick<Command, keyof Command>;

/** A command that only reads. What covers `Command` covers queries too. */
export abstract class Query extends Command {
  declare readonly '~query': true;
}

/** What identifies an event. Getters, not fields: equality, spread and JSON see the payload only. */
export interface EventMetadata {
  /** One id from birth to grave. */
  readonly eventId: string;
  /** The entity this happened to. Events of one entity are handled in order. */
  readonly entityId: string;
  /** When it happened, RFC 3339: the moment it is published, or the first in which somebody asks. */
  readonly timestamp: string;
  /** Who published it, a URI reference such as `/payments`. */
  readonly source: string;
}

/** The base of all events. */
export interface Event extends EventMetadata {
  readonly type: string;
  readonly version: number;
  readonly '~event': true;
}

class EventBase {
  /** Made when first needed: most events of a bus in one process are never asked for it. */
  #metadata: Partial<Record<keyof EventMetadata, string | undefined>> | undefined;

  static identify(event: EventBase, metadata: Partial<EventMetadata>): void {
    event.#metadata = { ...metadata };
  }

  get type(): string {
    return definitionOf(this).type;
  }

  get version(): number {
    return definitionOf(this).version;
  }

  get eventId(): string {
    return EventBase.#remember(this, 'eventId', newId);
  }

  get entityId(): string {
    return EventBase.#remember(this, 'entityId', () => definitionOf(this).entityId?.(this) ?? '');
  }

  get timestamp(): string {
    return EventBase.#remember(this, 'timestamp', () => new Date().toISOString());
  }

  get source(): string {
    return EventBase.#remember(this, 'source', () => `/${sliceOf(this.type)}`);
  }

  [inspect.custom](): unknown {
    const { eventId, entityId, timestamp, source, version } = this;
    return { [this.type]: Object.assign({}, this), metadata: { eventId, entityId, timestamp, source, version } };
  }

  static #remember(event: EventBase, name: keyof EventMetadata, make: () => string): string {
    const metadata = (event.#metadata ??= {});
    return (metadata[name] ??= make());
  }
}

/** The base of all events, as a class: listen to it to hear everything, or extend it to group events. */
export const Event = EventBase as unknown as abstract new () => Event;

/** Gives a new event the metadata that it came with. */
export function identify(event: object, metadata: Partial<EventMetadata>): void {
  EventBase.identify(event as EventBase, metadata);
}

/** Turns the data of an old version into that of the next one. */
export type Upcasts = Readonly<Record<number, (old: never) => unknown>>;

/** What the bus knows of a message class at run time. */
export interface Definition {
  readonly kind: MessageKind;
  readonly type: string;
  readonly version: number;
  readonly data: StandardSchema | undefined;
  readonly reply?: StandardSchema;
  readonly errors?: readonly DomainErrorClass[];
  readonly upcast?: Upcasts;
  readonly entityId?: (data: unknown) => string;
  readonly summary?: string;
}

/** A message class as the bus sees it: its definition, and the edge that makes an instance of unknown data. */
export type MessageClass<M = object> = AbstractClass<M> &
  Definition & {
    parse(data: unknown, metadata?: Partial<EventMetadata>): M;
    /** What a message was made of, before its schema added defaults. */
    inputOf(message: object): unknown;
  };

/** What every message class has on its static side. */
export interface MessageStatics<Type extends string, In> {
  readonly type: Type;
  readonly version: number;
  readonly kind: MessageKind;
  /** In the types only: what the constructor takes. */
  readonly '~input': In;
  /**
   * The edge: validates unknown data, such as an HTTP body, and gives an instance.
   *
   * @throws InvalidMessageError that names each failing field.
   */
  parse<T>(this: abstract new (...args: never) => T, data: unknown, metadata?: Partial<EventMetadata>): T;
}

/** The reply that a command or query declares. */
export type ReplyOf<C> = C extends { readonly '~reply': infer Reply } ? Reply : never;
/** The domain errors that a command or query declares. */
export type ErrorsOf<C> = C extends { readonly '~errors': infer Errors } ? Errors : never;

/** The slice that owns a message: the part of its wire name before the dot. */
export function sliceOf(type: string): string {
  return type.slice(0, type.indexOf('.'));
}

/** The definition behind a message, from its class. */
export function definitionOf(message: object): MessageClass {
  return message.constructor as unknown as MessageClass;
}

/** What a message was made of, before its schema added defaults. */
export function inputOf(message: object): unknown {
  return definitionOf(message).inputOf(message);
}

/** Tells a message class from a group such as `Command` or a user's abstract base. */
export function isMessageClass(target: unknown): target is MessageClass {
  return typeof target === 'function' && 'kind' in target && 'type' in target;
}
