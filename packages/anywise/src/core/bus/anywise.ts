import { Lifecycle } from './lifecycle.js';
import type { BusDeadLetters } from './dead-letters.js';
import type { EnqueueOptions } from '../dispatch/enqueue.js';
import type { ContextEntry } from '../message/context.js';
import { markOwnService, type ServiceId } from '../ports/container.js';
import type { SendOptions } from '../dispatch/send.js';
import type { InboxStatus } from '../ports/inbox.js';
import type { OutboxStatus } from '../ports/outbox.js';
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
import type { Observer } from '../ports/observer.js';
import type { AnywiseOptions, StopOptions } from './options.js';

/** What `trySend` gives: the reply, or one of the command's declared errors. */
export type Tried<Reply, Errors> =
  { readonly ok: true; readonly value: Reply } | { readonly ok: false; readonly error: Errors };

/** An entity that collects events while it works. */
export interface EventCollector {
  /** Gives the events collected so far, and forgets them. */
  takeEvents(): readonly Event[];
}

/** What a bus has in its store. */
export interface BusStatus {
  readonly outbox: OutboxStatus;
  readonly inbox: InboxStatus;
}

/**
 * What code outside of handlers works with in one transaction: a bus whose messages commit with it, and the services of its
 * scope, the store's handle among them.
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

  /** Has a command or query handled, and gives its reply. Rejects with what the handler or a guard throws. */
  send<C extends Command>(command: C, options?: SendOptions): Promise<C['~reply']> {
    const { lifecycle, frame } = this;
    const refusal = lifecycle.refusal(frame);
    if (refusal !== undefined) return Promise.reject(refusal);
    const reply = lifecycle.dispatcher.send(command, options, frame);
    return frame === undefined ? reply : frame.track(command.type, reply);
  }

  /** Like `send`, with the errors that the command declares as values. Other errors still reject. */
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
   * Tells all listeners what happened. With a store, the event commits with the surrounding handler, or by itself outside
   * of one, and listeners run afterwards. Without, it resolves when all listeners have run.
   *
   * @throws ListenersFailedError where listeners that run inside failed.
   */
  publish(event: Event): Promise<void> {
    const { lifecycle, frame } = this;
    const refusal = lifecycle.refusal(frame);
    if (refusal !== undefined) return Promise.reject(refusal);
    const published = lifecycle.dispatcher.publish(event, frame);
    return (frame === undefined ? published : frame.track(event.type, published)) as Promise<void>;
  }

  /**
   * Has a command handled later, for certain: it commits with the surrounding handler, or by itself outside of one, and then
   * its one handler runs in a transaction of its own, here or in the process that owns it, as often as its `retry` policy
   * says. Nobody gets the reply. Needs a store.
   *
   * @returns the command's id, by which one that waits for its time can be cancelled.
   */
  enqueue(command: EnqueueableCommand, options: EnqueueOptions = {}): Promise<string> {
    const { lifecycle, frame } = this;
    const refusal = lifecycle.refusal(frame);
    if (refusal !== undefined) return Promise.reject(refusal);
    const id = lifecycle.dispatcher.enqueue(command, options, frame);
    return frame === undefined ? id : frame.track(command.type, id);
  }

  /**
   * Takes back a command that was enqueued here with `delayMs` or `at`, if it is not due yet. Within a handler it is taken
   * back with the handler's commit.
   *
   * @returns `false` where it was due already, is unknown, or was cancelled before.
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
   * commands that it enqueues commit together, or not at all where it throws. On a handler's bus it is part of the
   * handler's transaction.
   *
   * @example
   * await anywise.transaction(async (tx) => {
   *   const sql = await tx.get(SqlTransaction);
   *   await sql.run('UPDATE account SET balance = balance - ? WHERE id = ?', amount, id);
   *   await tx.publish(new MoneyTaken({ id, amount }));
   * });
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const { lifecycle, frame } = this;
    const refusal = lifecycle.refusal(frame);
    if (refusal !== undefined) return Promise.reject(refusal);
    if (frame !== undefined) return frame.track('transaction', this.transactionWithin(frame, work));
    return lifecycle.dispatcher.transaction((own) => work(this.transactionIn(own)), options.context);
  }

  /** What could not be handled: to look at, repair, replay or discard. */
  get deadLetters(): BusDeadLetters {
    return this.lifecycle.deadLetters;
  }

  /**
   * Publishes what an entity has collected, in order, and empties it: for those who keep events in their entities. Each event
   * is published even if a listener of an earlier one fails.
   *
   * @throws ListenersFailedError if listeners that run inside failed: the first one's, where several events had such.
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

  /** Tells `observer` what the bus does from now on. Returns how to stop. */
  observe(observer: Observer): () => void {
    return this.lifecycle.observers.add(observer);
  }

  /** What waits and what is in hand; `undefined` for a bus without a store. */
  async status(): Promise<BusStatus | undefined> {
    return this.lifecycle.status();
  }

  /** Who handles, guards and listens to what. */
  get inspect(): Inspection {
    return this.lifecycle.inspection;
  }

  /** The whole wiring as plain data: each message, who handles it, what guards it, who listens to it. */
  describe(): BusDescription {
    return this.lifecycle.describe();
  }

  /**
   * Verifies the wiring, opens store and transport, and begins to handle messages.
   *
   * @throws SetupError (`INVALID_SETUP`) that lists every problem; AnywiseError (`UNAVAILABLE`) where store or transport cannot be used.
   */
  async start(): Promise<void> {
    this.outsideOnly('start');
    await this.lifecycle.start();
  }

  /** Takes no more messages, finishes those in hand, sends what waits in the outbox, and closes. Idempotent. */
  async stop(options: StopOptions = {}): Promise<void> {
    this.outsideOnly('stop');
    await this.lifecycle.stop(options.timeoutMs ?? 25_000);
  }

  /** Everything that is wrong with the wiring, one text a problem, without opening anything. `start` refuses where there is any. */
  verify(): readonly string[] {
    return this.lifecycle.verify();
  }

  /**
   * Why the bus cannot work now, one text per reason; empty when it can. For readiness probes, so the texts only name the part
   * that is unusable; the cause goes to the log, once per outage.
   *
   * @param options.timeoutMs a part that has not answered by then counts as unusable. @defaultValue as long as the part takes
   */
  async check(options: { readonly timeoutMs?: number } = {}): Promise<readonly string[]> {
    return this.lifecycle.check(options.timeoutMs);
  }

  private async transactionWithin<T>(frame: Frame, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return frame.nested(() => work(this.transactionIn(frame)));
  }

  private transactionIn(frame: Frame): Transaction {
    const get = async <T>(id: ServiceId<T>): Promise<T> => (await frame.resolve(id)) as T;
    return Object.assign(Anywise.within(this.lifecycle, frame), { get });
  }

  private outsideOnly(method: string): void {
    if (this.frame === undefined) return;
    throw new AnywiseError(
      'NOT_RUNNING',
      `A handler called \`${method}\` on the bus of its message. Call it where the bus was made.`,
    );
  }
}
