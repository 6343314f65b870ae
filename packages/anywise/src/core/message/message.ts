import { inspect } from 'node:util';
import type { DomainErrorClass } from './domain-error.js';
import { SetupError } from '../errors/errors.js';
import { newId } from './id.js';
import { validate, type StandardSchema, type Typed } from './schema.js';

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

  static begin(event: EventBase, metadata: Partial<EventMetadata>): void {
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

export const Event = EventBase as unknown as abstract new () => Event;

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
  Definition & { parse(data: unknown, metadata?: Partial<EventMetadata>): M };

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

type Arguments<In> = object extends In ? [data?: In] : [data: In];

export interface CommandClass<Type extends string, In, Out, Reply, Base, Errors> extends MessageStatics<Type, In> {
  new (
    ...args: Arguments<In>
  ): Base & Readonly<Out> & { readonly type: Type; readonly '~reply': Reply; readonly '~errors': Errors };
}

export interface EventClass<Type extends string, In, Out, Base> extends MessageStatics<Type, In> {
  new (data: In, metadata?: Partial<EventMetadata>): Base & Readonly<Out> & { readonly type: Type };
}

/** The reply that a command or query declares. */
export type ReplyOf<C> = C extends { readonly '~reply': infer Reply } ? Reply : never;
/** The domain errors that a command or query declares. */
export type ErrorsOf<C> = C extends { readonly '~errors': infer Errors } ? Errors : never;

/** Fields that a base class declares must be in the schema of each message below it. */
type BaseFields<Base> = { [K in keyof Base as K extends `~${string}` | keyof Event ? never : K]: Base[K] };
/** Names that the base classes use: a payload cannot have them. */
interface ReservedInCommand {
  readonly type?: never;
}
interface ReservedInEvent extends ReservedInCommand {
  readonly eventId?: never;
  readonly entityId?: never;
  readonly timestamp?: never;
  readonly source?: never;
  readonly version?: never;
}

export interface CommandOptions<In, Out, Reply, Base, Errors extends DomainErrorClass> {
  /** An abstract class that groups messages for guards. Its own fields must be in `data`. */
  readonly base?: AbstractClass<Base>;
  /** The payload, any Standard Schema. Its output must be valid input again: dates stay strings. No payload if absent. */
  readonly data?: Typed<In, Out>;
  /** The reply: plain data. `void` if absent. */
  readonly reply?: Typed<unknown, Reply> | Typed<never, Reply>;
  /** The domain errors that its handler may throw, typed for the caller. */
  readonly errors?: readonly Errors[];
  /** @defaultValue 1 */
  readonly version?: number;
  /** One sentence for generated documentation. */
  readonly summary?: string;
}

export interface EventOptions<In, Out, Base> {
  readonly data: Typed<In, Out>;
  /** The entity it happened to: events of one entity are handled in order. */
  readonly entityId: (data: Out) => string;
  /** An abstract class that groups events for listeners. */
  readonly base?: AbstractClass<Base>;
  /** Raise it with each breaking change of `data`, and give `upcast` the step. @defaultValue 1 */
  readonly version?: number;
  /** For each old version, how its data becomes that of the next. Stored payloads are never rewritten. */
  readonly upcast?: Upcasts;
  /** One sentence for generated documentation. */
  readonly summary?: string;
}

/**
 * Makes the base class of a command: an intent that exactly one handler carries out.
 *
 * @param type the stable wire name, `<slice>.<kebab-name>`; never change it.
 * @example
 * class CreatePayment extends command('payments.create-payment', {
 *   data: z.object({ orderId: z.string(), amount: z.number().int().positive() }),
 *   reply: Payment,
 * }) {}
 */
export function command<
  const Type extends string,
  Base extends Command = Command,
  In = BaseFields<Base>,
  Out extends In & BaseFields<Base> & ReservedInCommand = In & BaseFields<Base>,
  Reply = void,
  Errors extends DomainErrorClass = never,
>(
  type: Type,
  options: CommandOptions<In, Out, Reply, Base, Errors> = {},
): CommandClass<Type, In, Out, Reply, Base, InstanceType<Errors>> {
  return define('command', options.base ?? Command, type, options) as never;
}

/** Makes the base class of a query: a command that only reads. Takes what {@link command} takes. */
export function query<
  const Type extends string,
  Base extends Command = Query,
  In = BaseFields<Base>,
  Out extends In & BaseFields<Base> & ReservedInCommand = In & BaseFields<Base>,
  Reply = void,
  Errors extends DomainErrorClass = never,
>(
  type: Type,
  options: CommandOptions<In, Out, Reply, Base, Errors> = {},
): CommandClass<Type, In, Out, Reply, Base, InstanceType<Errors>> {
  return define('query', options.base ?? Query, type, options) as never;
}

/**
 * Makes the base class of an event: a fact, which 0..n listeners hear of.
 *
 * @param type the stable wire name, `<slice>.<kebab-name>`; never change it.
 */
export function event<
  const Type extends string,
  In,
  Out extends In & BaseFields<Base> & ReservedInEvent,
  Base extends Event = Event,
>(type: Type, options: EventOptions<In, Out, Base>): EventClass<Type, In, Out, Base> {
  return define('event', options.base ?? Event, type, options) as never;
}

/** The slice that owns a message: the part of its wire name before the dot. */
export function sliceOf(type: string): string {
  return type.slice(0, type.indexOf('.'));
}

/** The definition behind a message, from its class. */
export function definitionOf(message: object): MessageClass {
  return message.constructor as unknown as MessageClass;
}

/** Tells a message class from a group such as `Command` or a user's abstract base. */
export function isMessageClass(target: unknown): target is MessageClass {
  return typeof target === 'function' && 'kind' in target && 'type' in target;
}

interface DefineOptions {
  readonly data?: unknown;
  readonly version?: number;
  readonly upcast?: Upcasts;
}

const wireName = /^[a-z][a-z0-9]*(-[a-z0-9]+)*\.[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

function define(kind: MessageKind, base: AbstractClass<object>, type: string, options: DefineOptions): unknown {
  const definition = { version: 1, data: undefined, ...options, kind, type };
  const problems = definitionProblems(definition);
  if (problems.length > 0) throw new SetupError('INVALID_CONTRACT', `The ${kind} \`${type}\``, problems);

  const schema = options.data as StandardSchema<unknown, object> | undefined;
  const isEvent = kind === 'event';
  class Message extends (base as new () => object) {
    constructor(data: unknown = {}, metadata?: Partial<EventMetadata>) {
      super();
      if (schema !== undefined) assign(this, validate(type, schema, data));
      if (metadata !== undefined && isEvent) EventBase.begin(this as unknown as EventBase, metadata);
      Object.freeze(this);
    }

    static parse(data: unknown, metadata?: Partial<EventMetadata>): object {
      return new this(data, metadata);
    }
  }
  return Object.assign(Message, definition);
}

/** Like `Object.assign`, but a field called `__proto__`, which JSON can carry, stays a field. */
function assign(message: object, data: object): void {
  const fields = message as Record<string, unknown>;
  for (const name in data) {
    const value = (data as Record<string, unknown>)[name];
    if (name === '__proto__') Object.defineProperty(message, name, { value, enumerable: true });
    else fields[name] = value;
  }
}

function definitionProblems({ type, version, upcast }: { type: string; version: number; upcast?: Upcasts }): string[] {
  const problems: string[] = [];
  if (!wireName.test(type)) problems.push('its wire name must look like `slice.kebab-name`');
  if (!Number.isInteger(version) || version < 1) problems.push(`its version ${version} must be a whole number from 1`);
  for (let old = 1; old < version && upcast !== undefined; old++) {
    if (upcast[old] === undefined) problems.push(`\`upcast\` lacks the step from version ${old} to ${old + 1}`);
  }
  return problems;
}
