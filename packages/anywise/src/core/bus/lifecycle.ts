import { randomUUID } from 'node:crypto';
import type { Contract } from '../message/contract.js';
import { BusDeadLetters } from './dead-letters.js';
import { defaultListenerOptions, type FailureOptions } from '../registry/definitions.js';
import { Dispatcher } from '../dispatch/dispatcher.js';
import { AnywiseError, SetupError } from '../errors/errors.js';
import { errorText } from '../errors/thrown.js';
import type { Frame } from '../dispatch/frame.js';
import { holderName } from '../../kit/lease-holder.js';
import { Inspection, describeBus, type BusDescription } from './inspect.js';
import { entriesOfBatch, unreadableListener } from '../delivery/intake.js';
import { consoleLogger, type Logger } from '../ports/logger.js';
import { memoryStore } from '../../memory/store.js';
import { Observers } from '../ports/observer.js';
import type { AnywiseOptions } from './options.js';
import { MessageRegistry } from '../registry/registry.js';
import { Relay } from '../delivery/relay.js';
import type { ServiceId } from '../ports/container.js';
import type { Sink } from '../ports/sink.js';
import type { InboxStatus, OutboxStatus, Store } from '../ports/store.js';
import { sequential } from '../dispatch/strategies.js';
import type { Subscription, Transport } from '../ports/transport.js';
import { verify } from './verify.js';
import { Wiring } from '../registry/wiring.js';
import { Worker } from '../delivery/worker.js';

type State = 'new' | 'running' | 'stopping' | 'stopped';

const relayFlushMs = 3_000;
const cleanEveryMs = 60_000;

const whyNot: Readonly<Record<State, string>> = {
  new: 'is not started. Call `await anywise.start()` first.',
  running: 'is started already. Call `start` once.',
  stopping: 'is stopping and takes no more messages.',
  stopped: 'is stopped. A bus that was stopped cannot be used again: make a new one.',
};

/** The parts of a bus and their life. */
export class Core {
  readonly dispatcher: Dispatcher;
  readonly inspection: Inspection;
  readonly observers: Observers;
  readonly #options: AnywiseOptions;
  readonly #wiring: Wiring;
  readonly #contracts: readonly Contract[];
  readonly #store: Store | undefined;
  readonly #logger: Logger;
  readonly #isProvided: (id: ServiceId) => boolean;
  /** Those for whom messages are claimed from the inbox, by the names under which it knows them. */
  readonly #claimed: ReadonlyMap<string, FailureOptions>;
  readonly #holder = holderName(randomUUID().slice(0, 8));
  readonly #retentionMs: number;
  #relay: Relay | undefined;
  #worker: Worker | undefined;
  #subscription: Subscription | undefined;
  #unwatch: (() => void) | undefined;
  #cleaner: NodeJS.Timeout | undefined;
  #state: State = 'new';
  #stopping: Promise<void> | undefined;

  constructor(options: AnywiseOptions, busId: ServiceId, bindBus: (frame: Frame) => unknown) {
    this.#options = options;
    this.#logger = options.logger ?? consoleLogger;
    this.observers = new Observers(this.#logger);
    this.#retentionMs = options.retentionMs ?? 604_800_000;
    this.#contracts = options.contracts ?? [];
    this.#store = options.store ?? (options.transport === undefined ? undefined : memoryStore());
    const sinks = new MessageRegistry('sink').register(...(options.sinks ?? []));
    this.#wiring = new Wiring([...(options.registries ?? []), sinks]);
    this.#claimed = claimedBy(this.#wiring, options.name);
    const provided = new Set<ServiceId>([busId, ...(this.#store?.handles ?? [])]);
    options.container?.provides([...provided]);
    this.#isProvided = (id) => provided.has(id);
    this.inspection = new Inspection(this.#wiring, this.#store !== undefined);
    this.dispatcher = new Dispatcher({
      name: options.name,
      wiring: this.#wiring,
      contracts: this.#contracts,
      travelling: options.context ?? [],
      container: options.container,
      store: this.#store,
      hasTransport: options.transport !== undefined,
      sender: options.sender,
      publisher: options.publisher ?? sequential,
      isProvided: this.#isProvided,
      bindBus,
      busId,
      logger: this.#logger,
      observers: this.observers,
    });
  }

  get deadLetters(): BusDeadLetters {
    return new BusDeadLetters(() => this.#openStore().deadLetters, this.dispatcher.codec);
  }

  /** Why a call is refused now. */
  refusal(frame: Frame | undefined): AnywiseError | undefined {
    if (frame === undefined) return this.#state === 'running' ? undefined : notRunning(this.#options.name, this.#state);
    if (!frame.unit.ended) return undefined;
    return new AnywiseError(
      'NOT_AWAITED',
      'A bus that belongs to a message was used after that message had ended. Await every call, and do not keep the injected `Anywise`.',
    );
  }

  describe(): BusDescription {
    return describeBus(this.#options.name, this.inspection, this.#contracts);
  }

  verify(): readonly string[] {
    const { name, container } = this.#options;
    return verify({
      name,
      wiring: this.#wiring,
      contracts: this.#contracts,
      container,
      durable: this.#store !== undefined,
      isProvided: this.#isProvided,
    });
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') throw notRunning(this.#options.name, this.#state);
    const { name, transport } = this.#options;
    const problems = this.verify();
    if (problems.length > 0) throw new SetupError('INVALID_SETUP', `The bus \`${name}\``, problems);
    try {
      await this.#store?.check();
      await transport?.check();
    } catch (error) {
      await this.stop(0);
      throw error;
    }
    this.#state = 'running';
    if (this.#store === undefined) return;
    await this.#warnOfOrphans(this.#store);
    const worker = this.#startWorker(this.#store);
    this.#startRelay(this.#store);
    if (transport !== undefined) await this.#connect(worker, transport);
    this.#unwatch = this.#store.watch((part) => {
      if (part !== 'outbox') this.#worker?.wake();
      if (part !== 'inbox') this.#relay?.wake();
    });
    this.#startCleaner(this.#store);
  }

  stop(timeoutMs: number): Promise<void> {
    return (this.#stopping ??= this.#stop(timeoutMs));
  }

  async status(): Promise<{ readonly outbox: OutboxStatus; readonly inbox: InboxStatus } | undefined> {
    if (this.#store === undefined) return undefined;
    const [outbox, inbox] = await Promise.all([this.#store.outbox.status(), this.#store.inbox.status()]);
    return { outbox, inbox };
  }

  async check(): Promise<readonly string[]> {
    if (this.#state !== 'running') return [`the bus is ${this.#state === 'new' ? 'not started' : this.#state}`];
    const parts = [this.#store, this.#options.transport].filter((part) => part !== undefined);
    const outcomes = await Promise.allSettled(parts.map(async (part) => part.check()));
    return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [errorText(outcome.reason)] : []));
  }

  #openStore(): Store {
    const refusal = this.refusal(undefined);
    if (refusal !== undefined) throw refusal;
    if (this.#store !== undefined) return this.#store;
    throw new AnywiseError('INVALID_SETUP', 'The bus has no store, so it keeps no messages. Pass one as `store`.');
  }

  /** A listener that was renamed leaves its messages behind under its old name. */
  async #warnOfOrphans(store: Store): Promise<void> {
    const { listeners } = await store.inbox.status();
    for (const { listener, waiting } of listeners.filter((each) => !this.#claimed.has(each.listener))) {
      const text = `${waiting} messages wait for \`${listener}\`, which this process does not have. If it was renamed, give it its old name with \`.named(…)\`.`;
      if (waiting > 0) this.#logger.warn({ listener, waiting }, text);
    }
  }

  #startWorker(store: Store): Worker {
    this.#worker = new Worker({
      store,
      listeners: this.#claimed,
      handle: (claim, end) => this.dispatcher.deliver(claim, end),
      holder: this.#holder,
      concurrency: this.#options.concurrency ?? 100,
      leaseMs: this.#options.leaseMs ?? 30_000,
      logger: this.#logger,
      observers: this.observers,
    });
    this.#worker.start();
    return this.#worker;
  }

  #startRelay(store: Store): void {
    const { entriesHere } = this.dispatcher;
    const { transport } = this.#options;
    this.#relay = new Relay({ store, transport, entriesHere, holder: this.#holder, logger: this.#logger });
    this.#relay.start();
  }

  async #connect(worker: Worker, transport: Transport): Promise<void> {
    const { name } = this.#options;
    const intake = { listenersOf: this.dispatcher.listenersOfType, service: name, retentionMs: this.#retentionMs };
    const types = this.#wiring.heardTypes(this.#contracts, name);
    if (types.length === 0) return;
    const onError = (error: unknown): void => this.#logger.warn({ err: error }, 'Receiving failed; it is tried again');
    this.#subscription = await transport.subscribe({ consumer: name, types, onError }, async (batch) => {
      await worker.take(entriesOfBatch(batch, intake));
    });
  }

  #startCleaner(store: Store): void {
    this.#cleaner = setInterval(() => {
      store.clean(this.#retentionMs).catch((error: unknown) => {
        this.#logger.warn({ err: error }, 'Old messages could not be deleted; it is tried again');
      });
    }, cleanEveryMs);
    this.#cleaner.unref();
  }

  async #stop(timeoutMs: number): Promise<void> {
    const began = performance.now();
    const left = (): number => Math.max(0, timeoutMs - (performance.now() - began));
    this.#state = 'stopping';
    clearInterval(this.#cleaner);
    // A transaction that its handler never ends would hold up everything that waits for the store.
    const timeIsUp = setTimeout(() => void this.dispatcher.abandon(), timeoutMs);
    await this.#subscription?.close();
    await this.#worker?.stop(left());
    await this.dispatcher.untilIdle(left());
    clearTimeout(timeIsUp);
    await this.dispatcher.abandon();
    await this.#closeSinks();
    this.#unwatch?.();
    await this.#relay?.stop(relayFlushMs);
    await this.#options.transport?.close();
    await this.#store?.close();
    this.#state = 'stopped';
  }

  async #closeSinks(): Promise<void> {
    const close = async (sink: Sink): Promise<void> => {
      try {
        await sink.close();
      } catch (error) {
        this.#logger.warn({ err: error }, 'A sink could not be closed');
      }
    };
    await Promise.all([...this.#wiring.sinks].map(close));
  }
}

function claimedBy(wiring: Wiring, service: string): ReadonlyMap<string, FailureOptions> {
  const claimed = new Map<string, FailureOptions>([[unreadableListener(service), defaultListenerOptions]]);
  for (const { name, options } of wiring.listeners) if (!options.inline) claimed.set(name, options);
  for (const { message, options } of wiring.commandHandlers) claimed.set(message.type, options);
  return claimed;
}

function notRunning(name: string, state: State): AnywiseError {
  return new AnywiseError('NOT_RUNNING', `The bus \`${name}\` ${whyNot[state]}`);
}
