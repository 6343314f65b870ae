import { Lifecycle } from './lifecycle.js';
import type { BusDeadLetters } from './dead-letters.js';
import type { EnqueueOptions } from '../dispatch/enqueue.js';
import { entriesCheck, type ContextEntry } from '../message/context.js';
import type { PublishOptions } from '../dispatch/publish.js';
import { checkOptions, type OptionChecks } from '../errors/options.js';
import { markOwnService, type ServiceId } from '../ports/container.js';
import type { SendOptions } from '../dispatch/send-options.js';
import { DomainError } from '../message/domain-error.js';
import { AnywiseError } from '../errors/errors.js';
import type { Frame } from '../dispatch/frame.js';
import type { BusDescription, Inspection } from './inspect.js';
import {
  definitionOf,
  type Command,
  type EnqueueableCommand,
  type ErrorsOf,
  type Event,
  type ReplyOf,
} from '../message/message.js';
import type { BusStatus } from '../ports/bus-status.js';
import type { Observer } from '../ports/observer.js';
import type { Projection } from '../projections/projection.js';
import type { Store } from '../ports/store.js';
import {
  checkChecks,
  defaultProjectedMs,
  defaultStopMs,
  projectedChecks,
  stopChecks,
  type AnywiseOptions,
  type CheckOptions,
  type ProjectedOptions,
  type StopOptions,
} from './options.js';

/** The result of `trySend`: the reply, or one of the command's declared errors. */
export type Tried<Reply, Errors> =
  { readonly ok: true; readonly value: Reply } | { readonly ok: false; readonly error: Errors };

/** An entity that collects events while it works. */
export interface EventCollector {
  /** Returns the events collected so far, and clears them. */
  takeEvents(): readonly Event[];
}

/**
 * What `transaction` passes to its work: a bus whose messages commit with the transaction, and the services of its scope,
 * including the store's client.
 */
export interface Transaction extends Pick<
  Anywise,
  'send' | 'trySend' | 'publish' | 'enqueue' | 'cancel' | 'collect' | 'transaction'
> {
  /** Gets what a handler would be injected with: `await tx.get(SqlTransaction)`. */
  get<T>(id: ServiceId<T>): Promise<T>;
}

/** What `transaction` takes besides the work. */
export interface TransactionOptions {
  /** Values for the context of what is sent and published in it. */
  readonly context?: readonly ContextEntry[];
}

const transactionChecks: OptionChecks<TransactionOptions> = { context: entriesCheck };

/**
 * The bus. Make one for each service, `start` it, and `send` and `publish` from outside. Handlers ask for `Anywise` by
 * injection and get one that belongs to their message: what it publishes commits with the handler's writes, and what it
 * sends shares the handler's scope.
 */
export class Anywise {
  static {
    markOwnService(this);
  }

  private readonly lifecycle: Lifecycle;
  private readonly frame: Frame | undefined;

  constructor(options: AnywiseOptions) {
    this.lifecycle = new Lifecycle(options, Anywise, (frame) => Anywise.within(this.lifecycle, frame));
    this.frame = undefined;
  }

  private static within(lifecycle: Lifecycle, frame: Frame): Anywise {
    return Object.assign(Object.create(Anywise.prototype) as Anywise, { lifecycle, frame });
  }

  /** Sends a command or query to its handler and returns the reply. Rejects with whatever the handler or a guard throws. */
  send<C extends Command>(command: C, options?: SendOptions): Promise<C['~reply']> {
    const { lifecycle, frame } = this;
    const refusal = lifecycle.refusal(frame);
    if (refusal !== undefined) return Promise.reject(refusal);
    const reply = lifecycle.dispatcher.send(command, options, frame);
    return frame === undefined ? reply : frame.track(command.type, reply);
  }

  /** Like `send`, but returns the errors that the command declares as values. Other errors still reject. */
  async trySend<C extends Command>(command: C, options?: SendOptions): Promise<Tried<ReplyOf<C>, ErrorsOf<C>>> {
    try {
      return { ok: true, value: (await this.send(command, options)) as ReplyOf<C> };
    } catch (error) {
      const declared = definitionOf(command).errors ?? [];
      if (DomainError.is(error) && declared.some(({ type }) => type === error.type)) {
        return { ok: false, error: error as ErrorsOf<C> };
      }
      throw error;
    }
  }

  /**
   * Tells all listeners what happened. With a store, the event commits with the surrounding handler, or on its own outside
   * of one, and listeners run afterwards. Without a store, the promise resolves when all listeners have run.
   *
   * @throws ListenersFailedError if listeners that run inside `publish` failed.
   */
  publish(event: Event, options?: PublishOptions): Promise<void> {
    const { lifecycle, frame } = this;
    const refusal = lifecycle.refusal(frame);
    if (refusal !== undefined) return Promise.reject(refusal);
    const published = lifecycle.dispatcher.publish(event, options, frame);
    return (frame === undefined ? published : frame.track(event.type, published)) as Promise<void>;
  }

  /**
   * Enqueues a command to be handled later, durably: it commits with the surrounding handler, or on its own outside of one.
   * Its handler then runs in a transaction of its own, here or in the process that owns the command, and is retried as its
   * `retry` policy says. The reply is discarded. Needs a store.
   *
   * @returns the command's id, which `cancel` takes if the command is scheduled.
   */
  enqueue(command: EnqueueableCommand, options: EnqueueOptions = {}): Promise<string> {
    const { lifecycle, frame } = this;
    const refusal = lifecycle.refusal(frame);
    if (refusal !== undefined) return Promise.reject(refusal);
    const id = lifecycle.dispatcher.enqueue(command, options, frame);
    return frame === undefined ? id : frame.track(command.type, id);
  }

  /**
   * Cancels a command that was enqueued here with `delayMs` or `at`, if it is not due yet. Within a handler, the
   * cancellation commits with the handler.
   *
   * @returns `false` if it was already due, is unknown, or was cancelled before.
   */
  cancel(id: string): Promise<boolean> {
    const { lifecycle, frame } = this;
    const refusal = lifecycle.refusal(frame);
    if (refusal !== undefined) return Promise.reject(refusal);
    const cancelled = lifecycle.dispatcher.cancel(id, frame);
    return frame === undefined ? cancelled : frame.track('cancel', cancelled);
  }

  /**
   * Runs work in one transaction, for code outside of handlers: its own statements, the events that it publishes and the
   * commands that it enqueues commit together, or not at all if it throws. On a handler's bus, it becomes part of the
   * handler's transaction.
   *
   * @example
   * await anywise.transaction(async (tx) => {
   *   const sql = await tx.get(SqlTransaction);
   *   await sql.run('UPDATE account SET balance = balance - ? WHERE id = ?', amount, id);
   *   await tx.publish(new MoneyTaken({ id, amount }));
   * });
   */
  async transaction<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const { lifecycle, frame } = this;
    const refusal = lifecycle.refusal(frame);
    if (refusal !== undefined) throw refusal;
    checkOptions('`transaction()`', options, transactionChecks);
    if (frame !== undefined) return frame.track('transaction', this.transactionWithin(frame, work, options));
    return lifecycle.dispatcher.transaction((own) => work(this.transactionIn(own)), options.context);
  }

  /** The store that it was created with, or the one in memory that a bus with a transport alone has; `undefined` for neither. */
  get store(): Store | undefined {
    return this.lifecycle.store;
  }

  /** The messages that could not be handled: list, edit, replay or discard them. */
  get deadLetters(): BusDeadLetters {
    return this.lifecycle.deadLetters;
  }

  /**
   * Publishes the events that an entity has collected, in order, and empties it. Each event is published even if a listener
   * of an earlier one fails.
   *
   * @throws ListenersFailedError if listeners that run inside `publish` failed; if that happened for several events, the
   * first of these errors.
   */
  async collect(entity: EventCollector): Promise<void> {
    const failures: unknown[] = [];
    for (const event of entity.takeEvents()) {
      try {
        await this.publish(event);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** Tells `observer` what the bus does from now on. Returns a function that stops it. */
  observe(observer: Observer): () => void {
    return this.lifecycle.observers.add(observer);
  }

  /** How many messages wait and how many are in hand; `undefined` for a bus without a store. */
  async status(): Promise<BusStatus | undefined> {
    return this.lifecycle.status();
  }

  /**
   * The listeners, and the commands that are enqueued, whose every place in this process is taken now, by name: their other
   * messages wait. A busy listener is here for moments, one that hangs until its `timeoutMs`.
   */
  saturated(): readonly string[] {
    return this.lifecycle.saturated();
  }

  /** Looks up what handles, guards and listens to a message. */
  get inspect(): Inspection {
    return this.lifecycle.inspection;
  }

  /** The whole wiring as plain data: each message, who handles it, what guards it, who listens to it. */
  describe(): BusDescription {
    return this.lifecycle.describe();
  }

  /**
   * Verifies the wiring, opens the store and the transport, and starts handling messages. A transport that cannot be reached
   * is waited for afterwards: until then the bus is not ready, and what it publishes waits in the store.
   *
   * @throws SetupError (`INVALID_SETUP`) that lists every problem; AnywiseError (`UNAVAILABLE`) if the store cannot be used, or
   * the transport refuses this bus.
   */
  async start(): Promise<void> {
    this.outsideOnly('start');
    await this.lifecycle.start();
  }

  /**
   * Stops accepting messages, finishes those in hand, sends what is in the outbox, and closes. A start that is still under way
   * gets the same time, and then rejects. Idempotent.
   */
  async stop(options: StopOptions = {}): Promise<void> {
    this.outsideOnly('stop');
    checkOptions('`stop()`', options, stopChecks);
    await this.lifecycle.stop(options.timeoutMs ?? defaultStopMs);
  }

  /**
   * Everything that is wrong with the wiring, one text per problem, without opening anything. `start` refuses to run if
   * there is any.
   */
  verify(): readonly string[] {
    return this.lifecycle.verify();
  }

  /**
   * Why the bus cannot work now, one text per reason; empty if it can. Besides store and transport, it looks at the work
   * itself: a relay, an intake or a worker that has something to do but has not moved for 10 s is a reason, and so are messages
   * that have waited for a failing transport for 30 s. Made for readiness probes, so the texts only name the part that is down; the cause goes to the log, once per outage.
   *
   * @param options.timeoutMs a part that has not answered by then counts as down. @defaultValue no limit
   */
  async check(options: CheckOptions = {}): Promise<readonly string[]> {
    checkOptions('`check()`', options, checkChecks);
    return this.lifecycle.check(options.timeoutMs);
  }

  /**
   * Resolves once a projection has taken in everything that was recorded before the call, so that a query finds what a command
   * has just done. For tests, and for the odd page that is shown right after a command. If you always need it, make the
   * projection `inline()`.
   *
   * @throws AnywiseError (`TIMEOUT`) if it has not by then; (`INVALID_SETUP`) if this bus does not have it.
   */
  async projected(projection: Projection, options: ProjectedOptions = {}): Promise<void> {
    this.outsideOnly('projected');
    checkOptions('`projected()`', options, projectedChecks);
    await this.lifecycle.projected(projection, options.timeoutMs ?? defaultProjectedMs);
  }

  private transactionWithin<T>(
    frame: Frame,
    work: (tx: Transaction) => Promise<T>,
    { context = [] }: TransactionOptions,
  ): Promise<T> {
    return frame.nested(async () => {
      if (context.length === 0) return work(this.transactionIn(frame));
      const own = frame.withValues(context);
      const result = await work(this.transactionIn(own));
      own.assertAwaited('`transaction`', undefined);
      return result;
    });
  }

  private transactionIn(frame: Frame): Transaction {
    const get = async <T>(id: ServiceId<T>): Promise<T> => (await frame.resolve(id)) as T;
    return Object.assign(Anywise.within(this.lifecycle, frame), { get });
  }

  private outsideOnly(method: string): void {
    if (this.frame === undefined) return;
    throw new AnywiseError(
      'NOT_RUNNING',
      `A handler called \`${method}\` on the bus of its message. Call it on the bus that you created.`,
    );
  }
}
