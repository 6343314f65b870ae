import type { Context, FrozenContext } from '../message/context.js';
import {
  batchDefaults,
  defaultListenerOptions,
  type AnyListenerGuard,
  type Awaitable,
  type BatchContext,
  type BatchGuard,
  type BatchListenerDefinition,
  type BatchOptions,
  type CommandType,
  type Guard,
  type GuardDefinition,
  type GuardFunction,
  type HandlerDefinition,
  type ListenerDefinition,
  type ListenerGuard,
  type ListenerOptions,
  type Narrowable,
  type OpaqueReply,
  type RepliesOf,
  type SinkDefinition,
  type Target,
} from './definitions.js';
import type { Entity, EventType } from '../entities/entity.js';
import { withDefaults } from '../errors/options.js';
import { callSiteOf, type CallSite } from '../errors/call-site.js';
import type { AbstractClass, Command, Event } from '../message/message.js';
import { deciderBuilder, type DeciderBuilder, type DeciderOptions } from './decider.js';
import type { RetryPolicy } from '../../kit/retry.js';
import type { Dependencies, Injected, ServiceId } from '../ports/container.js';
import type { OnDead } from '../ports/inbox.js';
import type { Sink } from '../ports/sink.js';

/** Puts guards around commands: around one, several, or all below a group. */
export interface GuardBuilder<C extends Command, Reply, Extra extends readonly unknown[]> {
  /** Declares the dependencies that the function gets as its last argument. */
  inject<D extends Dependencies>(dependencies: D): GuardBuilder<C, Reply, [injected: Injected<D>]>;
  /** Runs before the command; a throw refuses it. */
  before(run: (command: Narrowable<C>, context: Context, ...injected: Extra) => Awaitable<void>): GuardDefinition;
  /** Runs after the command, and returns the reply, changed or not. */
  after(
    run: (command: Narrowable<C>, context: Context, reply: Reply, ...injected: Extra) => Awaitable<Reply>,
  ): GuardDefinition;
  /** Runs around the command: call `next()` to continue. */
  guard(run: GuardFunction<Narrowable<C>, Reply, Extra>): GuardDefinition;
  /** A guard as a class, which the container resolves for each message. */
  guardWith(service: ServiceId<Guard<C, Reply>>): GuardDefinition;
}

/**
 * Registers a handler or guards for one command or query, for several, or for all below a group. For more than one, `Reply`
 * fits each of them, and guards can only pass replies on.
 */
export interface CommandBuilder<
  C extends Command,
  Reply,
  Extra extends readonly unknown[],
  GuardedReply = Reply,
> extends GuardBuilder<C, GuardedReply, Extra> {
  inject<D extends Dependencies>(dependencies: D): CommandBuilder<C, Reply, [injected: Injected<D>], GuardedReply>;
  /** When a failed enqueued command is retried, and when it is given up. A sent one rejects at its sender. */
  retry(policy: RetryPolicy): CommandBuilder<C, Reply, Extra, GuardedReply>;
  /** What happens to later enqueued commands of this type once one is given up. @defaultValue `park` */
  onDead(policy: OnDead): CommandBuilder<C, Reply, Extra, GuardedReply>;
  /**
   * How long one attempt at an enqueued command may take, in milliseconds. Then its writes are rolled back, its signal is
   * aborted, and the attempt has failed. For a sent one, the `timeoutMs` of its send applies. @defaultValue the bus's
   * `timeoutMs`
   */
  timeoutMs(timeoutMs: number): CommandBuilder<C, Reply, Extra, GuardedReply>;
  /** How many enqueued commands of this type are handled at once. @defaultValue half of the bus's `concurrency` */
  concurrency(places: number): CommandBuilder<C, Reply, Extra, GuardedReply>;
  /**
   * Says which events its code publishes, for documents and for readers. Publishing another one then fails with
   * `UNDECLARED_EVENT`. Events that an entity appends need not be named. @defaultValue it may publish any
   */
  publishes(...events: readonly EventType<Event>[]): CommandBuilder<C, Reply, Extra, GuardedReply>;
  /**
   * Has the command decided by an entity, which is loaded before and appended to after, in the message's transaction.
   *
   * @param id which entity the command is for. A new one may take the id of its message: `(_command, { messageId }) => messageId`.
   * @example
   * on(RenameTodo)
   *   .entity(todo, ({ todoId }) => todoId)
   *   .decide(({ title }, todo) => (title === todo.title ? undefined : new TodoRenamed({ todoId: todo.todoId, title })));
   */
  entity<S, E>(
    entity: Entity<S, E>,
    id: (command: Narrowable<C>, context: Context) => string,
    options?: DeciderOptions<Narrowable<C>>,
  ): DeciderBuilder<C, Reply, Extra, S, E>;
  /**
   * Registers the handler. A handler for a group handles each command below it that is in the bus's contracts and that no
   * other handler names; its reply is the group's `~reply`, or anything that the command's own schema accepts.
   */
  handle(
    run: (command: Narrowable<C>, context: Context, ...injected: Extra) => Promise<Reply>,
  ): HandlerDefinition<C, Reply, Extra>;
}

/** Registers a listener or a sink for events, and how it runs. */
export interface EventBuilder<E, Extra extends readonly unknown[]> {
  /** Declares the dependencies that the listener gets as its last argument. */
  inject<D extends Dependencies>(dependencies: D): EventBuilder<E, [injected: Injected<D>]>;
  /**
   * The listener's stable name, under which the inbox keeps its messages. @defaultValue the registry's name and the event's
   * wire name, `orders/payments.payment-created`
   */
  named(name: string): EventBuilder<E, Extra>;
  /** Runs the listener in the publisher's scope and transaction instead of after the commit. */
  inline(): EventBuilder<E, Extra>;
  /** When a failed listener is retried, and when its message is given up. */
  retry(policy: RetryPolicy): EventBuilder<E, Extra>;
  /** What happens to the later events of an entity once one is given up. @defaultValue `park` */
  onDead(policy: OnDead): EventBuilder<E, Extra>;
  /**
   * How long one attempt may take, in milliseconds. Then its writes are rolled back, its signal is aborted, and the attempt
   * has failed. @defaultValue the bus's `timeoutMs`
   */
  timeoutMs(timeoutMs: number): EventBuilder<E, Extra>;
  /**
   * How many messages the listener handles at once, so that one that hangs leaves places for others. A single listener may
   * take them all. @defaultValue half of the bus's `concurrency`
   */
  concurrency(places: number): EventBuilder<E, Extra>;
  /**
   * Says which events its code publishes, for documents and for readers. Publishing another one then fails with
   * `UNDECLARED_EVENT`. Events that an entity appends need not be named. @defaultValue it may publish any
   */
  publishes(...events: readonly EventType<Event>[]): EventBuilder<E, Extra>;
  /** Puts guards around the listener or sink, the first outermost. They run before its dependencies are made. */
  guardedBy(...guards: readonly ListenerGuard<E>[]): EventBuilder<E, Extra>;
  /**
   * Gives the listener many events at once, in one transaction: all take effect, or none. If it fails, the batch is handled
   * again in halves until the message that is to blame fails alone; the others lose no attempt. A second attempt is always
   * alone. Events of one entity keep their order. Where listeners run inside `publish`, each batch is one event.
   */
  batch(options?: BatchOptions): BatchBuilder<E, Extra>;
  /** Registers the listener. If it throws, it is retried as `retry` says, and the others still run. */
  listen(
    run: (event: Narrowable<E>, context: FrozenContext, ...injected: Extra) => Awaitable<void>,
  ): ListenerDefinition<E, Extra>;
  /** Writes each event to a sink. The bus owns the sink and closes it when it stops. */
  sink(sink: Sink): SinkDefinition;
}

/** Registers a listener that takes many events at once, and how it runs. */
export interface BatchBuilder<E, Extra extends readonly unknown[]> {
  /** Declares the dependencies that the listener gets as its last argument. */
  inject<D extends Dependencies>(dependencies: D): BatchBuilder<E, [injected: Injected<D>]>;
  /** The listener's stable name, as for a listener of single events. */
  named(name: string): BatchBuilder<E, Extra>;
  /** When a message that failed alone is retried, and when it is given up. */
  retry(policy: RetryPolicy): BatchBuilder<E, Extra>;
  /** What happens to the later events of an entity once one is given up. @defaultValue `park` */
  onDead(policy: OnDead): BatchBuilder<E, Extra>;
  /** How long one batch, or a part of one, may take, in milliseconds. @defaultValue the bus's `timeoutMs` */
  timeoutMs(timeoutMs: number): BatchBuilder<E, Extra>;
  /** How many batches are handled at once. More make each smaller. @defaultValue 1 */
  concurrency(batches: number): BatchBuilder<E, Extra>;
  /** Says which events its code publishes, as for a listener of single events. */
  publishes(...events: readonly EventType<Event>[]): BatchBuilder<E, Extra>;
  /** Puts guards around each batch, the first outermost. They run before its dependencies are made. */
  guardedBy(...guards: readonly BatchGuard<E>[]): BatchBuilder<E, Extra>;
  /** Registers the listener. */
  listen(
    run: (
      events: readonly Narrowable<E>[],
      context: BatchContext<Narrowable<E>>,
      ...injected: Extra
    ) => Awaitable<void>,
  ): BatchListenerDefinition<E, Extra>;
}

/**
 * Begins a handler, a listener or a guard for one message, for several, or for all below a group. Pass the result to
 * `MessageRegistry.register`. There are two steps so that every later signature is concrete: a handler may return literals,
 * and a type error is about one signature.
 *
 * @example
 * on(CreatePayment).inject({ payments: PaymentRepository }).handle(async (command, context, { payments }) => { … });
 * on(RenameTodo, CompleteTodo).handle(async (command) => { … });
 * on(PaymentCreated).listen((event) => { … });
 * on(Command).guard(async (command, context, next) => next());
 */
export function on<E extends Event>(event: Target<E>): EventBuilder<E, []>;
export function on<C extends Command>(command: CommandType<C>): CommandBuilder<C, C['~reply'], []>;
export function on<C extends Command>(group: Target<C>): CommandBuilder<C, C['~reply'], [], C['~reply'] & OpaqueReply>;
export function on<E extends readonly [Target<Event>, Target<Event>, ...Target<Event>[]]>(
  ...events: E
): EventBuilder<InstanceType<E[number]>, []>;
export function on<C extends readonly [Target<Command>, Target<Command>, ...Target<Command>[]]>(
  ...commands: C
): CommandBuilder<InstanceType<C[number]>, RepliesOf<C>, [], OpaqueReply>;
export function on(...targets: AbstractClass<object>[]): unknown {
  return builder({ targets, dependencies: undefined, options: defaultListenerOptions, site: callSiteOf(on) });
}

type AnyFunction = (...args: never[]) => unknown;

interface Begun {
  readonly targets: readonly Target[];
  readonly dependencies: Dependencies | undefined;
  readonly options: ListenerOptions;
  readonly site: CallSite;
}

function builder(begun: Begun): object {
  const { targets, dependencies, options, site } = begun;
  const guard = (run: (...args: unknown[]) => unknown) => ({ kind: 'guard', targets, dependencies, run });
  const listen = (run: AnyFunction) => ({ kind: 'listener', targets, options, dependencies, run, site });
  const withOptions = (change: Partial<ListenerOptions>) =>
    builder({ ...begun, options: { ...options, ...withDefaults(change, {}) } });
  return {
    inject: (named: Dependencies) => builder({ ...begun, dependencies: named }),
    named: (name: string) => withOptions({ name }),
    inline: () => withOptions({ inline: true }),
    retry: (retry: RetryPolicy) => withOptions({ retry }),
    onDead: (onDead: OnDead) => withOptions({ onDead }),
    timeoutMs: (timeoutMs: number) => withOptions({ timeoutMs }),
    concurrency: (concurrency: number) => withOptions({ concurrency }),
    publishes: (...publishes: readonly EventType<Event>[]) => withOptions({ publishes }),
    batch: (batch: BatchOptions = {}) =>
      withOptions({ batch: isObject(batch) ? withDefaults(batch, batchDefaults) : batch }),
    guardedBy: (...guards: readonly AnyListenerGuard[]) =>
      withOptions({ guards: [...(options.guards ?? []), ...guards] }),
    entity: (entity: Entity, id: DeciderFunction, deciderOptions: DeciderOptions<unknown> = {}) =>
      deciderBuilder({ targets, options, dependencies, site, entity, id, deciderOptions }),
    handle: (run: AnyFunction) => ({ kind: 'handler', targets, options, dependencies, run, site }),
    listen,
    sink: (sink: Sink) => ({
      ...listen((event: Event, context: FrozenContext) => sink.sink(event, context)),
      dependencies: undefined,
      sink,
    }),
    guard,
    guardWith: (service: ServiceId) => ({ kind: 'guard', targets, service }),
    before: (run: Step) =>
      guard(async (command, context, next, ...injected) => {
        await run(command, context, ...injected);
        return (next as Next)();
      }),
    after: (run: Step) =>
      guard(async (command, context, next, ...injected) => run(command, context, await (next as Next)(), ...injected)),
  };
}

/** Anything else is kept as it is, for `register` to refuse. */
function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

type DeciderFunction = (...args: unknown[]) => unknown;
type Step = (...args: unknown[]) => unknown;
type Next = () => Promise<unknown>;
