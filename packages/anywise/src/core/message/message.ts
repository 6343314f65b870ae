import { describeValue } from '../errors/describe.js';
import { AnywiseError, InvalidMessageError } from '../errors/errors.js';
import type { DomainErrorClass } from './domain-error.js';
import { newId } from './id.js';
import type { StandardSchema } from './schema.js';

/** Any class, abstract or not, whatever its constructor takes. */
export type AbstractClass<T> = abstract new (...args: never[]) => T;

/** What a message is: an intent (command), a question (query) or a fact (event). */
export type MessageKind = 'command' | 'query' | 'event';

// Global symbols: two installed copies of this package recognise each other's messages by them.
const declarationKey = Symbol.for('anywise.message');
export const baseKey = Symbol.for('anywise.base');

/**
 * Any command or query. An abstract class between this one and some messages groups them: a guard on the group covers all of
 * them. The reply exists only in the types; a group may narrow it for all of its messages.
 */
export abstract class Command {
  static {
    markBase(this, 'command');
  }

  declare readonly '~reply': unknown;

  /** The message's stable wire name. */
  get type(): string {
    return definitionOf(this).type;
  }
}

/** Any command or query, as a structural type: the classes that factories make fit it. */
export type AnyCommand = Pick<Command, keyof Command>;

/** A command that may be handled later: any except a query, whose reply would be lost. */
export type EnqueueableCommand = AnyCommand & { readonly '~query'?: never };

/** A command that only reads. Code for `Command` also covers queries. */
export abstract class Query extends Command {
  static {
    markBase(this, 'query');
  }

  declare readonly '~query': true;
}

/** The metadata of an event. Getters, not fields: equality, spread and JSON only see the payload. */
export interface EventMetadata {
  /** The event's id, which never changes. */
  readonly eventId: string;
  /** The entity this happened to. Events of one entity are handled in order. */
  readonly entityId: string;
  /** When it happened, RFC 3339: the moment it is published, or the first time this is read. */
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

/** What Node's `inspect.custom` is: contracts run in browsers, too. */
const inspectCustom = Symbol.for('nodejs.util.inspect.custom');

class EventBase {
  static {
    markBase(this, 'event');
    // The exported name.
    Object.defineProperty(this, 'name', { value: 'Event' });
  }

  /** Created when first read: most events that stay in one process never need it. */
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
    return EventBase.#remember(this, 'entityId', () => entityIdOf(this));
  }

  get timestamp(): string {
    return EventBase.#remember(this, 'timestamp', () => new Date().toISOString());
  }

  get source(): string {
    return EventBase.#remember(this, 'source', () => `/${sliceOf(this.type)}`);
  }

  [inspectCustom](): unknown {
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

/** Restores the metadata that an event arrived with. */
export function identify(event: object, metadata: Partial<EventMetadata>): void {
  EventBase.identify(event as EventBase, metadata);
}

/** Turns the data of an old version into that of the next one. */
export type Upcasts = Readonly<Record<number, (old: never) => unknown>>;

/** What the bus knows about a message class at run time. */
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

/** A message class as the bus sees it. */
export type MessageClass<M = object> = AbstractClass<M> &
  Definition & {
    /** Makes a message from unknown data. */
    parse(data: unknown, metadata?: Partial<EventMetadata>): M;
    /** Makes a message from the data of a sent one. */
    readBack(data: unknown, metadata?: Partial<EventMetadata>): M;
    /** The data that a message was made from, before its schema added defaults. */
    inputOf(message: object): unknown;
  };

/** What every message class has on its static side. */
export interface MessageStatics<Type extends string, In> {
  readonly type: Type;
  readonly version: number;
  readonly kind: MessageKind;
  /** In the types only: the constructor's argument. */
  readonly '~input': In;
  /**
   * Validates unknown data, such as an HTTP body, and returns an instance.
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

/**
 * The class that a factory made for a message: one per declaration, whatever extends it. Takes a message, its class, or a
 * class that extends it; `undefined` for anything else.
 */
export function declarationOf(target: unknown): MessageClass | undefined {
  // Through the prototype, past the data: a field's name is never a symbol.
  return (target as Readonly<Record<symbol, MessageClass | undefined>> | null | undefined)?.[declarationKey];
}

/**
 * The definition behind a message.
 *
 * @throws AnywiseError (`INVALID_MESSAGE`) if it is not a message.
 */
export function definitionOf(message: object): MessageClass {
  const declaration = declarationOf(message);
  if (declaration === undefined) throw notMessage(message);
  return declaration;
}

/** The data that a message was made from, before its schema added defaults. */
export function inputOf(message: object): unknown {
  return definitionOf(message).inputOf(message);
}

/** The refusal of something that is not a message. */
export function notMessage(value: unknown): AnywiseError {
  return new AnywiseError(
    'INVALID_MESSAGE',
    `A message was expected, but got ${describeValue(value)}. Pass an instance of a message class, such as \`CreatePayment.parse(data)\`.`,
  );
}

/** The name of a message's class, for error texts. Its data may have a field named `constructor`. */
export function classNameOf(message: object): string {
  return (Object.getPrototypeOf(message) as object).constructor.name;
}

/** Tells a message class from a group such as `Command` or an abstract class of yours. */
export function isMessageClass(target: unknown): target is MessageClass {
  return typeof target === 'function' && declarationOf(target) !== undefined;
}

/** Marks a class as the declaration of a message. */
export function markDeclaration(message: MessageClass): void {
  Object.defineProperty(message, declarationKey, { value: message });
  Object.defineProperty(message.prototype, declarationKey, { value: message });
}

function markBase(base: object, kind: MessageKind): void {
  Object.defineProperty(base, baseKey, { value: kind });
}

function entityIdOf(event: EventBase): string {
  const { type, entityId } = definitionOf(event);
  const id: unknown = entityId?.(event) ?? '';
  if (typeof id === 'string') return id;
  throw new InvalidMessageError(type, [
    { message: `is ${describeValue(id)}, but must be a string`, path: ['entityId'] },
  ]);
}
