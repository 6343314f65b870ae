import type { LazySignal } from '../time/lazy-signal.js';
import { inboxEntries, unknownListener } from '../delivery/intake.js';
import { Codec } from '../message/codec.js';
import type { ContextEntry, ContextKeyInfo } from '../message/context.js';
import type { Contract } from '../message/contract.js';
import type { Envelope } from '../message/envelope.js';
import { sliceOf, type AnyCommand, type Command, type Event } from '../message/message.js';
import type { ContainerAdapter, ServiceId } from '../ports/container.js';
import type { Logger } from '../ports/logger.js';
import type { Instruments, Trace } from '../ports/instrumentation.js';
import type { Observers } from '../ports/observer.js';
import type { Claim, InboxEntry } from '../ports/inbox.js';
import type { Store } from '../ports/store.js';
import type { Answer, Transport } from '../ports/transport.js';
import type { Wiring } from '../registry/wiring.js';
import { Deliverer } from './deliver.js';
import { Entities } from '../entities/entities.js';
import { SagaTaker } from '../sagas/taker.js';
import { Enqueuer, type EnqueueOptions } from './enqueue.js';
import { EntityLog } from './entity-log.js';
import { Frame, type FrameHost } from './frame.js';
import { Idempotency } from './idempotency.js';
import { PlainSends } from './plain-sends.js';
import { Publisher, type PublishOptions } from './publish.js';
import { RemoteSender } from './remote.js';
import { Responder } from './responder.js';
import { RoutingTable } from './routing-table.js';
import { SagaRunner } from './saga-runner.js';
import { Sender } from './send.js';
import { TracedSender } from './traced-sender.js';
import type { SendOptions } from './send-options.js';
import type { PublishStrategy, SendStrategy } from './strategies.js';
import { InlineProjections } from '../projections/inline.js';
import type { Projection } from '../projections/projection.js';
import { tableNames } from '../projections/tables.js';
import { nothingElse, type UnitOfWork } from './unit-of-work.js';
import { WorkInHand } from './work-in-hand.js';

export interface DispatchOptions {
  /** The service's name. */
  readonly name: string;
  readonly wiring: Wiring;
  readonly contracts: readonly Contract[];
  readonly travelling: readonly ContextKeyInfo[];
  readonly container: ContainerAdapter | undefined;
  readonly store: Store | undefined;
  /** Without one, nothing leaves the process. */
  readonly transport: Transport | undefined;
  /** How long a send to another service waits that has no limit of its own, in milliseconds. */
  readonly remoteTimeoutMs: number;
  /** How many requests of other services are handled at once. */
  readonly concurrency: number;
  readonly maxMessageBytes: number;
  readonly sender: SendStrategy | undefined;
  /** Whether replies are checked even if they stay in the process. */
  readonly checkReplies: boolean;
  readonly publisher: PublishStrategy;
  readonly isProvided: (id: ServiceId) => boolean;
  /** Makes the bus that belongs to one message. */
  readonly bindBus: (frame: Frame) => unknown;
  readonly busId: ServiceId;
  readonly logger: Logger;
  readonly observers: Observers;
  readonly instruments: Instruments | undefined;
}

/** Brings messages to their code: one part per verb, over one routing table and one list of the work in hand. */
export class Dispatcher implements FrameHost {
  readonly codec: Codec;
  readonly #options: DispatchOptions;
  readonly #routes: RoutingTable;
  readonly #work: WorkInHand;
  readonly #plainSends: PlainSends;
  readonly #sender: Sender;
  readonly #traced: TracedSender | undefined;
  readonly #remote: RemoteSender;
  readonly #responder: Responder;
  /** The wire names of the requests that this service answers. */
  readonly answeredTypes: readonly string[];
  readonly #publisher: Publisher;
  readonly #enqueuer: Enqueuer;
  readonly #deliverer: Deliverer;
  readonly #entityLog: EntityLog;
  /** By what handlers ask for. */
  readonly #readModels: ReadonlyMap<ServiceId, Projection>;
  readonly #sagas: SagaRunner;

  constructor(options: DispatchOptions) {
    const { name, contracts, travelling, store, wiring, sender, checkReplies } = options;
    const { transport, maxMessageBytes, observers, instruments, logger } = options;
    const hasTransport = transport !== undefined;
    const source = `/${name}`;
    const durable = store !== undefined;
    const codec = new Codec(contracts, travelling, wiring.ownMessages);
    const routes = new RoutingTable({ wiring, codec, sender, checkReplies, durable, hasTransport, instruments });
    const projections = wiring.projections.map(({ projection }) => projection);
    this.#readModels = new Map(projections.map((projection) => [projection.tables, projection]));
    const work = new WorkInHand({ ...options, inline: new InlineProjections(projections, codec, instruments) });
    this.codec = codec;
    this.#options = options;
    this.#routes = routes;
    this.#work = work;
    const idempotency = store === undefined ? undefined : new Idempotency(store);
    const strategy = options.publisher;
    const plain = new PlainSends();
    this.#plainSends = plain;
    const timeoutMs = options.remoteTimeoutMs;
    const remote = new RemoteSender({ name, codec, transport, timeoutMs, logger, observers, instruments });
    this.#remote = remote;
    const sends = new Sender({ host: this, routes, work, plain, idempotency, remote });
    this.#sender = sends;
    this.#traced = instruments && new TracedSender(sends, routes, instruments);
    this.answeredTypes = wiring.answeredTypes(contracts, name);
    const answered = { types: this.answeredTypes, concurrency: options.concurrency };
    this.#responder = new Responder({ ...answered, name, codec, sender: sends, logger, observers, instruments });
    const outgoing = { source, host: this, routes, codec, hasTransport, maxMessageBytes, observers, instruments };
    this.#publisher = new Publisher({ ...outgoing, work, strategy });
    this.#entityLog = new EntityLog({ wiring, codec, store, publisher: this.#publisher });
    this.#enqueuer = new Enqueuer({ ...outgoing, durable });
    this.#sagas = new SagaRunner({ wiring, codec, enqueuer: this.#enqueuer, publisher: this.#publisher });
    this.#deliverer = new Deliverer({ service: name, host: this, routes, codec, work });
  }

  isProvided(id: ServiceId): boolean {
    return this.#options.isProvided(id);
  }

  provide(id: ServiceId, frame: Frame): unknown {
    if (id === this.#options.busId) return this.#options.bindBus(frame);
    if (id === Entities) return this.#entityLog.within(frame);
    if (id === SagaTaker) return this.#sagas.within(frame);
    const projection = this.#readModels.get(id);
    return projection === undefined ? frame.unit.client(id) : readModel(projection, frame);
  }

  openUnit(): UnitOfWork {
    return this.#work.open();
  }

  send(command: Command, options: SendOptions | undefined, caller: Frame | undefined): Promise<unknown> {
    const sender = this.#traced?.isActive === true ? this.#traced : this.#sender;
    return sender.send(command, options, caller);
  }

  publish(event: Event, options: PublishOptions | undefined, caller: Frame | undefined): Promise<unknown> {
    return this.#publisher.publish(event, options, caller);
  }

  /** Puts a command into the outbox or the inbox, and returns its id. */
  async enqueue(command: AnyCommand, options: EnqueueOptions, caller: Frame | undefined): Promise<string> {
    if (caller !== undefined) return this.#enqueuer.enqueue(command, options, caller, caller.unit);
    return this.transaction(async ({ unit }) => this.#enqueuer.enqueue(command, options, undefined, unit));
  }

  /** Cancels a command that is not due yet; `false` if it no longer waits. */
  async cancel(id: string, caller: Frame | undefined): Promise<boolean> {
    if (caller !== undefined) return caller.unit.cancel(id);
    return this.transaction(async ({ unit }) => unit.cancel(id));
  }

  /** Runs work in its own unit of work, which commits when the work is done. */
  async transaction<T>(work: (frame: Frame) => Promise<T>, entries?: readonly ContextEntry[]): Promise<T> {
    let result: T | undefined;
    await this.#work.run(async (unit) => {
      const frame = new Frame(this, { entries }, unit);
      result = await work(frame);
      frame.assertAwaited('`transaction`', undefined);
      return nothingElse;
    });
    return result as T;
  }

  /** Runs the listener or handler of a claimed message; its effects, its messages and its completion commit together. */
  deliver(claim: Claim, stop: LazySignal, trace: Trace): Promise<void> {
    return this.#deliverer.deliver(claim, stop, trace);
  }

  /** The same for several messages of one batch listener. */
  deliverBatch(claims: readonly Claim[], stop: LazySignal, trace: Trace): Promise<void> {
    return this.#deliverer.deliverBatch(claims, stop, trace);
  }

  /** The other services that can be asked, by the wire names of their messages. */
  get foreignOwners(): ReadonlyMap<string, string> {
    const messages = this.#options.contracts.flatMap((contract) => [...contract.messages.values()]);
    const foreign = this.#remote.canAsk ? messages.filter((message) => this.#remote.isForeign(message)) : [];
    return new Map(foreign.map(({ type }) => [type, sliceOf(type)]));
  }

  /** Answers a request of another service; never rejects. */
  get answer(): Answer {
    return this.#responder.answer;
  }

  /** The names under which the inbox keeps a message for this process. */
  get namesFor(): (type: string) => readonly string[] {
    return this.#routes.namesFor;
  }

  get keyed(): (entries: readonly InboxEntry[]) => readonly InboxEntry[] {
    return this.#routes.keyed;
  }

  /** The inbox entry for a command from the outbox; `undefined` if another process handles it. */
  readonly entriesHere = (envelope: Envelope): readonly InboxEntry[] | undefined => {
    if (envelope.kind !== 'command') return undefined;
    const names = this.#routes.namesFor(envelope.type);
    if (names.length > 0) return inboxEntries(envelope, names);
    // Such as a timeout of a saga that only a newer version of this service has.
    const isOurs = sliceOf(envelope.type) === this.#options.name && !this.codec.knows(envelope.type);
    return isOurs ? inboxEntries(envelope, [unknownListener(this.#options.name)]) : undefined;
  };

  /** Resolves when no message is in hand, or after `timeoutMs`. */
  async untilIdle(timeoutMs: number): Promise<void> {
    const parts = [this.#work, this.#plainSends, this.#remote];
    await Promise.all(parts.map((part) => part.untilIdle(timeoutMs)));
  }

  /** Rolls back the writes of every message in hand, and refuses further ones: time is up. */
  abandon(): Promise<void> {
    this.#responder.abandon();
    this.#remote.abandon();
    return this.#work.abandon();
  }
}

/** The names of its tables as the transaction of a message finds them, so that the message reads one generation. */
async function readModel(projection: Projection, { unit }: Frame): Promise<unknown> {
  const generation = (await unit.projections.generation(projection)) ?? 1;
  return tableNames(projection, { version: projection.version, generation });
}
