import { InvalidMessageError, SetupError } from '../errors/errors.js';
import type { DomainErrorClass } from './domain-error.js';
import {
  Command,
  Event,
  identify,
  Query,
  type AbstractClass,
  type EventMetadata,
  type MessageKind,
  type MessageStatics,
  type Upcasts,
} from './message.js';
import { validate, type StandardSchema, type Typed } from './schema.js';

type Arguments<In> = object extends In ? [data?: In] : [data: In];

export interface CommandClass<Type extends string, In, Out, Reply, Base, Errors> extends MessageStatics<Type, In> {
  new (
    ...args: Arguments<In>
  ): Base & Readonly<Out> & { readonly type: Type; readonly '~reply': Reply; readonly '~errors': Errors };
}

export interface EventClass<Type extends string, In, Out, Base> extends MessageStatics<Type, In> {
  new (data: In, metadata?: Partial<EventMetadata>): Base & Readonly<Out> & { readonly type: Type };
}

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

/** What {@link command} and {@link query} make a message of. */
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

/** What {@link event} makes an event of. */
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
  const fields = new FieldNames(type);
  class Message extends (base as new () => object) {
    readonly #input: unknown;

    constructor(data: unknown = {}, metadata?: Partial<EventMetadata>) {
      super();
      this.#input = data;
      if (schema !== undefined) assign(this, validate(type, schema, data), fields.of(new.target));
      if (metadata !== undefined && isEvent) identify(this, metadata);
      Object.freeze(this);
    }

    static parse(data: unknown, metadata?: Partial<EventMetadata>): object {
      return new this(data, metadata);
    }

    static inputOf(message: object): unknown {
      return #input in message ? message.#input : message;
    }
  }
  return Object.assign(Message, definition);
}

/** Like `Object.assign`, but a field called `__proto__`, which JSON can carry, stays a field. */
function assign(message: object, data: object, names: FieldNames): void {
  const fields = message as Record<string, unknown>;
  for (const name in data) {
    const value = (data as Record<string, unknown>)[name];
    if (name === '__proto__') Object.defineProperty(message, name, { value, enumerable: true });
    else if (names.isFree(name)) fields[name] = value;
    else throw names.refusalOf(data);
  }
}

/** More different names come only with data that declares none. */
const mostKnownNames = 1_000;

/**
 * The names that the fields of a message may have: any but those of its class's own members, such as `type` and `constructor`,
 * which a schema that lets undeclared fields pass would let data replace. Looking through a class for a name takes longer
 * than making the message, so those that were found to be free are kept.
 */
class FieldNames {
  readonly #type: string;
  #messageClass: { readonly prototype: object } | undefined;
  #free = new Set<string>();

  constructor(type: string) {
    this.#type = type;
  }

  /** A class that extends another has members of its own. */
  of(messageClass: { readonly prototype: object }): this {
    if (messageClass === this.#messageClass) return this;
    this.#messageClass = messageClass;
    this.#free = new Set();
    return this;
  }

  isFree(name: string): boolean {
    if (this.#free.has(name)) return true;
    if (this.#isTaken(name)) return false;
    if (this.#free.size < mostKnownNames) this.#free.add(name);
    return true;
  }

  refusalOf(data: object): InvalidMessageError {
    const taken = Object.keys(data).filter((name) => name !== '__proto__' && this.#isTaken(name));
    const message = 'is the name of a member of the message class';
    return new InvalidMessageError(
      this.#type,
      taken.map((name) => ({ path: [name], message })),
    );
  }

  #isTaken(name: string): boolean {
    return this.#messageClass !== undefined && name in this.#messageClass.prototype;
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
