import type { DomainErrorClass } from './domain-error.js';
import { define } from './definition.js';
import { Command, Event, Query, type EventMetadata, type MessageStatics } from './message.js';
import type { CommandOptions, EventOptions } from './options.js';

type Arguments<In> = object extends In ? [data?: In] : [data: In];

/** The class that {@link command} returns. */
export interface CommandClass<Type extends string, In, Out, Reply, Base, Errors> extends MessageStatics<Type, In> {
  new (
    ...args: Arguments<In>
  ): Base & FieldsOf<Out> & { readonly type: Type; readonly '~reply': Reply; readonly '~errors': Errors };
}

/** The class that {@link query} returns. */
export interface QueryClass<Type extends string, In, Out, Reply, Base, Errors> extends MessageStatics<Type, In> {
  new (...args: Arguments<In>): Base &
    FieldsOf<Out> & {
      readonly type: Type;
      readonly '~query': true;
      readonly '~reply': Reply;
      readonly '~errors': Errors;
    };
}

/** The class that {@link event} returns. */
export interface EventClass<Type extends string, In, Out, Base> extends MessageStatics<Type, In> {
  new (data: In, metadata?: Partial<EventMetadata>): Base & FieldsOf<Out> & { readonly type: Type };
}

/** A class cannot extend a union: if the data is one, the class has the fields of all members, and the reader narrows it. */
type FieldsOf<Out> = IsUnion<Out> extends true ? UnionFields<Out> : Readonly<Out>;
type UnionFields<Out> = Readonly<Pick<Out, keyof Out>> & {
  readonly [Name in Exclude<NameIn<Out>, keyof Out>]?: FieldIn<Out, Name>;
} & { readonly '~data': Out };
type IsUnion<T, Member = T> = T extends unknown ? ([Member] extends [T] ? false : true) : never;
type NameIn<Union> = Union extends unknown ? keyof Union : never;
type FieldIn<Union, Name> = Union extends unknown ? (Name extends keyof Union ? Union[Name] : never) : never;

/** Fields that a base class declares must be in the schema of each message below it. */
type BaseFields<Base> = { [K in keyof Base as K extends `~${string}` | keyof Event ? never : K]: Base[K] };
/** Without a schema, the reply is the base class's, or nothing. */
type ReplyOfBase<Base extends Command, Nothing> = unknown extends Base['~reply'] ? Nothing : Base['~reply'];
/** A reply that a base class declares must fit each command below it. */
type FitsBase<Base extends Command, Reply> = unknown extends Base['~reply']
  ? unknown
  : [Base['~reply']] extends [Reply]
    ? unknown
    : { readonly reply: { readonly 'the base replies': Base['~reply'] } };

/** Data cannot use the names of base class members, and must be an object with fields. */
interface ReservedInCommand {
  readonly type?: never;
  readonly [Symbol.iterator]?: never;
}
interface ReservedInEvent extends ReservedInCommand {
  readonly eventId?: never;
  readonly entityId?: never;
  readonly timestamp?: never;
  readonly source?: never;
  readonly version?: never;
}

/**
 * Makes the base class of a command: an intent that exactly one handler carries out.
 *
 * @param type the stable wire name, `<slice>.<kebab-name>`; never change it.
 * @throws SetupError (`INVALID_CONTRACT`) that lists everything that is wrong with the declaration.
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
  Reply = ReplyOfBase<Base, void>,
  Errors extends DomainErrorClass = never,
>(
  type: Type,
  options: CommandOptions<In, Out, Reply, Base, Errors> & FitsBase<Base, Reply> = {} as never,
): CommandClass<Type, In, Out, Reply, Base, InstanceType<Errors>> {
  return define('command', Command, type, options) as never;
}

/** Makes the base class of a query: a command that only reads. Takes the same options as {@link command}. */
export function query<
  const Type extends string,
  Base extends Command = Query,
  In = BaseFields<Base>,
  Out extends In & BaseFields<Base> & ReservedInCommand = In & BaseFields<Base>,
  Reply = ReplyOfBase<Base, void>,
  Errors extends DomainErrorClass = never,
>(
  type: Type,
  options: CommandOptions<In, Out, Reply, Base, Errors> & FitsBase<Base, Reply> = {} as never,
): QueryClass<Type, In, Out, Reply, Base, InstanceType<Errors>> {
  return define('query', Query, type, options) as never;
}

/**
 * Makes the base class of an event: a fact that any number of listeners react to.
 *
 * @param type the stable wire name, `<slice>.<kebab-name>`; never change it.
 * @throws SetupError (`INVALID_CONTRACT`) that lists everything that is wrong with the declaration.
 */
export function event<
  const Type extends string,
  In,
  Out extends In & BaseFields<Base> & ReservedInEvent,
  Base extends Event = Event,
>(type: Type, options: EventOptions<In, Out, Base>): EventClass<Type, In, Out, Base> {
  return define('event', Event, type, options) as never;
}
