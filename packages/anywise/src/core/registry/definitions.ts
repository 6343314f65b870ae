import type { CallSite } from '../errors/call-site.js';
import type { Context, FrozenContext } from '../message/context.js';
import type { AbstractClass, Command, Event } from '../message/message.js';
import type { EventType } from '../entities/entity.js';
import type { RetryPolicy } from '../../kit/retry.js';
import type { Dependencies, ServiceId } from '../ports/container.js';
import type { OnDead } from '../ports/inbox.js';
import type { Sink } from '../ports/sink.js';

/** A value or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** A command or query class: unlike a group, it has a wire name. */
export type CommandType<C> = AbstractClass<C> & { readonly type: string };

/** A message class, or an abstract class that groups messages. */
export type Target<M = object> = AbstractClass<M>;

/**
 * The result of `next()` for a guard on a group: it can be returned, but not made or changed, because each command has a
 * reply type of its own. In the types only; a class method, because a spread leaves it out.
 */
export declare abstract class OpaqueReply {
  /** Is never called. */
  abstract '~opaque'(): never;
}

/** Gives the rest of the chain less time than the message has. */
export interface NextLimit {
  /** An additional signal that aborts the handler and the messages it sends. */
  readonly signal: AbortSignal;
  /** When the guard stops waiting, in milliseconds since 1970. @defaultValue the message's own deadline */
  readonly deadline?: number;
}

/** Calls the next guard, or in the end the handler or listener. */
export type Next<Reply> = (limit?: NextLimit) => Promise<Reply>;

/** A guard as a class. The container resolves it for each message. */
export interface Guard<C extends Command, Reply = OpaqueReply> {
  /** Runs around the command: call `next()` to continue, and return its result. Throw to refuse. */
  handle(command: C, context: Context, next: Next<Reply>): Promise<Reply>;
}

/** How many messages a batch listener is given at once. */
export interface BatchOptions {
  /** The most messages of one batch, from 1 to 1,000. A larger batch saves little more, and repeats more if it fails. @defaultValue 100 */
  readonly max?: number;
  /**
   * How long a batch that is not full waits for more messages, in milliseconds, from 0 to 60,000. It begins as soon as it is
   * full. Without it, what arrives while a batch is handled forms the next one. @defaultValue 0
   */
  readonly waitMs?: number;
}

/** What a batch listener gets besides the events. Read only. */
export interface BatchContext<E = unknown> {
  /**
   * The context of one of the events: its ids, its attempt and what travels with it.
   *
   * @throws AnywiseError (`CONTEXT_MISSING`) if the event is not in the batch.
   */
  of(event: E): FrozenContext;
  /** The idempotency key of each event, in their order, as for a listener of single events. */
  readonly idempotencyKeys: readonly string[];
  /** Aborted when the work is no longer wanted: the time is up, a lease was lost, or the process is stopping. */
  readonly signal: AbortSignal;
}

/** A guard around a batch listener: call `next()` to run it. */
export type BatchGuard<E> = (events: readonly E[], context: BatchContext<E>, next: Next<void>) => Promise<void>;

/** A guard around one listener: call `next()` to run it. */
export type ListenerGuard<E> = (event: E, context: FrozenContext, next: Next<void>) => Promise<void>;

/** A reply that fits each of several commands or queries. */
export type RepliesOf<C extends readonly Target<Command>[]> = {
  [Index in keyof C]: (reply: InstanceType<C[Index]>['~reply']) => void;
}[number] extends (reply: infer Reply) => void
  ? Reply
  : never;

/** A message as its handler sees it: if its data is a union, it can be narrowed. */
export type Narrowable<M> = M extends { readonly '~data': infer Data } ? M & Readonly<Data> : M;

/** What happens to a message from the inbox whose handler or listener fails. */
export interface FailureOptions {
  readonly retry: RetryPolicy | undefined;
  readonly onDead: OnDead;
  /** How long one attempt may take, in milliseconds; `undefined` for the bus's `timeoutMs`. */
  readonly timeoutMs: number | undefined;
  /** How many of its messages are handled at once; `undefined` for the bus's share. */
  readonly concurrency: number | undefined;
  /** The only events that its code publishes; `undefined` if it does not say. */
  readonly publishes?: readonly EventType<Event>[] | undefined;
}

/** A guard around a listener of single events or of batches. */
export type AnyListenerGuard = ListenerGuard<never> | BatchGuard<never>;

/** How a listener is run. */
export interface ListenerOptions extends FailureOptions {
  /** Never change it: the inbox stores messages under it. */
  readonly name: string | undefined;
  /** Runs in the publisher's scope and transaction instead of after the commit. */
  readonly inline: boolean;
  /** The guards around it, the first outermost. */
  readonly guards?: readonly AnyListenerGuard[] | undefined;
  /** Takes many messages at once. */
  readonly batch?: Required<BatchOptions> | undefined;
}

/** A handler as a function; `run` is the function itself, for tests. */
export interface HandlerDefinition<C = never, Reply = unknown, Extra extends readonly unknown[] = never[]> {
  readonly kind: 'handler';
  /** The commands and queries that it handles, or groups of them. */
  readonly targets: readonly Target<C>[];
  readonly options: FailureOptions;
  readonly dependencies: Dependencies | undefined;
  /** The function that was passed to `handle`, for tests. */
  readonly run: (command: C, context: Context, ...injected: Extra) => Awaitable<Reply>;
  /** Where the code is. */
  readonly site?: CallSite | undefined;
}

/** A listener as a function; `run` is the function itself, for tests. */
export interface ListenerDefinition<E = never, Extra extends readonly unknown[] = never[]> {
  readonly kind: 'listener';
  readonly targets: readonly Target<E>[];
  readonly options: ListenerOptions;
  readonly dependencies: Dependencies | undefined;
  /** The function that was passed to `listen`, for tests. */
  readonly run: (event: E, context: FrozenContext, ...injected: Extra) => Awaitable<void>;
  /** Where the code is. */
  readonly site?: CallSite | undefined;
}

/** A batch listener as a function; `run` is the function itself, for tests. */
export interface BatchListenerDefinition<E = never, Extra extends readonly unknown[] = never[]> {
  readonly kind: 'listener';
  readonly targets: readonly Target<E>[];
  readonly options: ListenerOptions;
  readonly dependencies: Dependencies | undefined;
  /** The function that was passed to `listen`, for tests. */
  readonly run: (events: readonly E[], context: BatchContext<E>, ...injected: Extra) => Awaitable<void>;
  /** Where the code is. */
  readonly site?: CallSite | undefined;
}

/** A sink as a listener: it gets each event of its targets after it is published. The bus closes it when it stops. */
export interface SinkDefinition extends ListenerDefinition<Event, []> {
  readonly sink: Sink;
}

export type GuardFunction<C, Reply, Extra extends readonly unknown[]> = (
  command: C,
  context: Context,
  next: Next<Reply>,
  ...injected: Extra
) => Promise<Reply>;

/** A guard: a function with its dependencies, or a service of the container. */
export type GuardDefinition =
  | {
      readonly kind: 'guard';
      readonly targets: readonly Target[];
      readonly dependencies: Dependencies | undefined;
      /** The function that was passed to `guard`. */
      readonly run: (...args: never[]) => Promise<unknown>;
    }
  | { readonly kind: 'guard'; readonly targets: readonly Target[]; readonly service: ServiceId<Guard<never, never>> };

/** A method of a class that handles a command or listens to events. */
export interface MethodDefinition {
  readonly kind: 'handler' | 'listener';
  readonly targets: readonly Target[];
  readonly options: ListenerOptions;
  readonly method: string | symbol;
  /** Where the code is. */
  readonly site?: CallSite | undefined;
  /** Why the method cannot be called on an instance. */
  readonly misplaced?: 'static' | 'private' | undefined;
}

/** A class whose methods are named as handlers and listeners without decorators. */
export interface ClassDefinition {
  readonly kind: 'class';
  readonly service: AbstractClass<object>;
  readonly methods: readonly MethodDefinition[];
}

export const batchDefaults: Required<BatchOptions> = { max: 100, waitMs: 0 };

export const defaultListenerOptions: ListenerOptions = {
  name: undefined,
  inline: false,
  retry: undefined,
  onDead: 'park',
  timeoutMs: undefined,
  concurrency: undefined,
};
