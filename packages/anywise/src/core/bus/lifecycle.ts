import { randomUUID } from 'node:crypto';
import { longestTimerMs, startTimer } from '../time/timers.js';
import { holderName } from '../../kit/lease-holder.js';
import { endsWithin } from '../../kit/wait.js';
import { memoryStore } from '../../memory/store.js';
import { Delivery } from '../delivery/delivery.js';
import { Outage } from '../delivery/outage.js';
import { Dispatcher } from '../dispatch/dispatcher.js';
import type { Frame } from '../dispatch/frame.js';
import { sequential } from '../dispatch/strategies.js';
import { AnywiseError, SetupError } from '../errors/errors.js';
import { withDefaults } from '../errors/options.js';
import type { Contract } from '../message/contract.js';
import type { ServiceId } from '../ports/container.js';
import { consoleLogger, safeLogger, type Logger } from '../ports/logger.js';
import { Observers } from '../ports/observer.js';
import type { Sink } from '../ports/sink.js';
import type { BusStatus } from '../ports/bus-status.js';
import type { Instruments } from '../ports/instrumentation.js';
import type { Store } from '../ports/store.js';
import { MessageRegistry } from '../registry/registry.js';
import { Wiring } from '../registry/wiring.js';
import { BusDeadLetters } from './dead-letters.js';
import { Inspection, describeBus, type BusDescription } from './inspect.js';
import { busDefaults, readBusOptions, type AnywiseOptions } from './options.js';
import { createPartChecks, type Part } from './part-checks.js';
import { verify } from './verify.js';

/**
 * ```text
 *   new ── start ──▶ starting ──▶ running ── stop ──▶ stopping ──▶ stopped
 *                        └──────── stop, or a failure ───┘
 * ```
 */
type State = 'new' | 'starting' | 'running' | 'stopping' | 'stopped';

const whyNot: Readonly<Record<State, string>> = {
  new: 'is not started. Call `await anywise.start()` first.',
  starting: 'is still starting. Await `anywise.start()` first.',
  running: 'is started already. Call `start` once.',
  stopping: 'is stopping and takes no more messages.',
  stopped: 'is stopped. A stopped bus cannot be started again: make a new one.',
};

/** How long the store stays open for what the transport has in hand. */
const transportFirstMs = 10_000;
/** How long what hangs in a start may take to close, once there is no more time. */
const closeHangingMs = 1_000;

/** The parts of a bus, and how they start and stop. */
export class Lifecycle {
  readonly dispatcher: Dispatcher;
  readonly inspection: Inspection;
  readonly observers: Observers;
  readonly #options: AnywiseOptions;
  readonly #optionProblems: readonly string[];
  readonly #wiring: Wiring;
  readonly #contracts: readonly Contract[];
  readonly #store: Store | undefined;
  readonly #logger: Logger;
  readonly #provided: ReadonlySet<ServiceId>;
  readonly #checkParts: ReturnType<typeof createPartChecks>;
  readonly #transportOutage: Outage;
  readonly #instruments: Instruments | undefined;
  #delivery: Delivery | undefined;
  #state: State = 'new';
  #starting: Promise<void> | undefined;
  #endWaiting: () => void = () => undefined;
  readonly #stopIsAsked = new Promise<void>((resolve) => (this.#endWaiting = resolve));
  #rejectStart: (error: unknown) => void = () => undefined;
  readonly #givenUp = new Promise<never>((_resolve, reject) => (this.#rejectStart = reject));
  #stopping: Promise<void> | undefined;

  constructor(given: AnywiseOptions, busId: ServiceId, bindBus: (frame: Frame) => unknown) {
    const { options, problems } = readBusOptions(given);
    this.#options = options;
    this.#optionProblems = problems;
    this.#logger = safeLogger(options.logger ?? consoleLogger);
    this.observers = new Observers(this.#logger);
    this.#contracts = options.contracts ?? [];
    this.#store = options.store ?? (options.transport === undefined ? undefined : memoryStore());
    this.#transportOutage = new Outage('transport', this.#logger);
    this.#checkParts = createPartChecks({ store: this.#storePart(), transport: this.#transportPart() });
    const sinks = new MessageRegistry('sink').register(...(options.sinks ?? []));
    this.#wiring = new Wiring([...(options.registries ?? []), sinks], this.#contracts);
    const provided = new Set<ServiceId>([busId, ...(this.#store?.clients ?? [])]);
    options.container?.provides([...provided]);
    this.#provided = provided;
    for (const registry of options.registries ?? []) registry.seal(options.name);
    this.#instruments = options.instrumentation?.instrument({
      name: options.name,
      status: async (limit) => this.#statusWhileRunning(limit),
    });
    this.dispatcher = new Dispatcher({
      name: options.name,
      wiring: this.#wiring,
      contracts: this.#contracts,
      travelling: options.context ?? [],
      container: options.container,
      store: this.#store,
      transport: options.transport,
      remoteTimeoutMs: options.remoteTimeoutMs ?? busDefaults.remoteTimeoutMs,
      concurrency: options.concurrency ?? busDefaults.concurrency,
      maxMessageBytes: options.maxMessageBytes ?? busDefaults.maxMessageBytes,
      sender: options.sender,
      publisher: options.publisher ?? sequential,
      checkReplies: options.checkReplies ?? process.env.NODE_ENV !== 'production',
      isProvided: (id) => provided.has(id),
      bindBus,
      busId,
      logger: this.#logger,
      observers: this.observers,
      instruments: this.#instruments,
    });
    this.inspection = new Inspection(this.#wiring, this.#store !== undefined, this.dispatcher.foreignOwners);
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
      'The bus of a message was used after that message had ended. Await every call, and do not keep the injected `Anywise`.',
    );
  }

  describe(): BusDescription {
    const { name } = this.#options;
    return describeBus(name, this.inspection, this.#contracts, this.#wiring.heardTypes(this.#contracts, name));
  }

  verify(): readonly string[] {
    const { name, container, context = [] } = this.#options;
    const problems = verify({
      name,
      wiring: this.#wiring,
      contracts: this.#contracts,
      context,
      container,
      durable: this.#store !== undefined,
      provided: this.#provided,
    });
    return [...this.#optionProblems, ...problems];
  }

  async start(): Promise<void> {
    const { name } = this.#options;
    if (this.#state !== 'new') throw notRunning(name, this.#state);
    const problems = this.verify();
    if (problems.length > 0) throw new SetupError('INVALID_SETUP', `The bus \`${name}\``, problems);
    this.#state = 'starting';
    const start = (): Promise<void> => this.#start();
    this.#starting = this.#instruments === undefined ? start() : this.#instruments.background(start);
    try {
      await Promise.race([this.#starting, this.#givenUp]);
    } catch (error) {
      await this.stop(0);
      throw error;
    }
  }

  stop(timeoutMs: number): Promise<void> {
    return (this.#stopping ??= this.#stop(timeoutMs));
  }

  async status(limit?: number): Promise<BusStatus | undefined> {
    if (this.#store === undefined) return undefined;
    const [outbox, inbox] = await Promise.all([this.#store.outbox.status(limit), this.#store.inbox.status(limit)]);
    return { outbox, inbox, saturated: this.saturated() };
  }

  async check(timeoutMs?: number): Promise<readonly string[]> {
    if (this.#state !== 'running') return [`the bus is ${this.#state === 'new' ? 'not started' : this.#state}`];
    const reasons = await this.#checkParts(timeoutMs);
    const overdue = await this.#overdue(timeoutMs);
    return [...reasons, ...(overdue === undefined ? [] : [overdue]), ...(this.#delivery?.stalled() ?? [])];
  }

  saturated(): readonly string[] {
    return this.#delivery?.saturated() ?? [];
  }

  #storePart(): Part | undefined {
    const store = this.#store;
    return store && { check: () => store.check(), outage: new Outage('store', this.#logger) };
  }

  #transportPart(): Part | undefined {
    if (this.#options.transport === undefined) return undefined;
    return { check: async () => this.#delivery?.checkTransport(), outage: this.#transportOutage };
  }

  /** A store that does not say is a reason of its own. */
  async #overdue(timeoutMs = longestTimerMs): Promise<string | undefined> {
    let overdue: string | undefined;
    const asked = this.#delivery?.overdue().then((text) => (overdue = text));
    await endsWithin(
      timeoutMs,
      asked?.catch(() => undefined),
    );
    return overdue;
  }

  #statusWhileRunning(limit: number): Promise<BusStatus | undefined> {
    if (this.#state !== 'running') throw notRunning(this.#options.name, this.#state);
    return this.status(limit);
  }

  #openStore(): Store {
    const refusal = this.refusal(undefined);
    if (refusal !== undefined) throw refusal;
    if (this.#store !== undefined) return this.#store;
    throw new AnywiseError('INVALID_SETUP', 'The bus has no store, so it keeps no messages. Pass one as `store`.');
  }

  async #start(): Promise<void> {
    await this.#store?.check(this.#options.name);
    this.#assertStarting();
    const delivery = this.#store && this.#deliveryOver(this.#store);
    await Promise.race([delivery?.reachTransport(), this.#stopIsAsked]);
    this.#assertStarting();
    // From here on listeners run, and some of them use the bus.
    this.#state = 'running';
    this.#delivery = delivery;
    await delivery?.start();
  }

  /** A bus may be stopped while it starts. */
  #assertStarting(): void {
    if (this.#state !== 'starting') throw notRunning(this.#options.name, 'stopping');
  }

  #deliveryOver(store: Store): Delivery {
    const { name, transport } = this.#options;
    const { concurrency, leaseMs, retentionMs, timeoutMs } = withDefaults(this.#options, busDefaults);
    const { dispatcher, observers } = this;
    return new Delivery({
      service: name,
      store,
      transport,
      wiring: this.#wiring,
      types: this.#wiring.heardTypes(this.#contracts, name),
      namesFor: dispatcher.namesFor,
      knows: (type) => dispatcher.codec.knows(type),
      entriesHere: dispatcher.entriesHere,
      deliver: (claim, stop, trace) => dispatcher.deliver(claim, stop, trace),
      deliverBatch: (claims, stop, trace) => dispatcher.deliverBatch(claims, stop, trace),
      answeredTypes: dispatcher.answeredTypes,
      answer: dispatcher.answer,
      holder: holderName(randomUUID().slice(0, 8)),
      concurrency,
      timeoutMs,
      leaseMs,
      retentionMs,
      outage: this.#transportOutage,
      logger: this.#logger,
      observers,
      instruments: this.#instruments,
    });
  }

  async #stop(timeoutMs: number): Promise<void> {
    const began = performance.now();
    const left = (): number => Math.max(0, timeoutMs - (performance.now() - began));
    this.#state = 'stopping';
    this.#endWaiting();
    const hasStarted = await endsWithin(
      left(),
      this.#starting?.catch(() => undefined),
    );
    if (!hasStarted && this.#delivery === undefined) return this.#giveUp();
    // A transaction that its handler never ends would block everything that waits for the store.
    const timeIsUp = startTimer(() => void this.dispatcher.abandon(), left());
    await this.#delivery?.stopReceiving(left());
    await this.dispatcher.untilIdle(left());
    clearTimeout(timeIsUp);
    await this.dispatcher.abandon();
    await this.#closeSinks();
    await this.#delivery?.flush();
    // A transport that hands something over may wait for the store, and then ends with it.
    const closed = this.#options.transport?.close();
    await endsWithin(transportFirstMs, closed);
    await this.#store?.close();
    await closed;
    this.#end(hasStarted);
  }

  /** A start that hangs, in a migration say, has opened nothing that others use. What it still opens is closed after it. */
  async #giveUp(): Promise<void> {
    const { transport } = this.#options;
    const closed = [async () => transport?.close(), async () => this.#store?.close(), () => this.#closeSinks()];
    await endsWithin(closeHangingMs, Promise.allSettled(closed.map((close) => close())));
    this.#end(false);
  }

  #end(hasStarted: boolean): void {
    this.#state = 'stopped';
    this.#instruments?.close();
    if (!hasStarted) this.#rejectStart(notRunning(this.#options.name, 'stopping'));
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

function notRunning(name: string, state: State): AnywiseError {
  return new AnywiseError('NOT_RUNNING', `The bus \`${name}\` ${whyNot[state]}`);
}
