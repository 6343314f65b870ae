import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { longestTimerMs, startTimer } from '../time/timers.js';
import { holderName } from '../../kit/lease-holder.js';
import { endsWithin } from '../../kit/wait.js';
import { memoryStore } from '../../memory/store.js';
import { Delivery } from '../delivery/delivery.js';
import { Outage } from '../delivery/outage.js';
import { Dispatcher } from '../dispatch/dispatcher.js';
import type { Frame } from '../dispatch/frame.js';
import { sequential } from '../dispatch/strategies.js';
import { Entities } from '../entities/entities.js';
import { AnywiseError, SetupError } from '../errors/errors.js';
import { withDefaults } from '../errors/options.js';
import type { Contract } from '../message/contract.js';
import type { ServiceId } from '../ports/container.js';
import { consoleLogger, safeLogger, type Logger } from '../ports/logger.js';
import { Observers } from '../ports/observer.js';
import type { Sink } from '../ports/sink.js';
import type { ProcessInfo } from '../ports/processes.js';
import type { BusStatus } from '../ports/bus-status.js';
import type { Instruments } from '../ports/instrumentation.js';
import type { Store } from '../ports/store.js';
import type { Projection } from '../projections/projection.js';
import { Projecting } from '../projections/projecting.js';
import { MessageRegistry } from '../registry/registry.js';
import { SagaTaker } from '../sagas/taker.js';
import { Wiring } from '../registry/wiring.js';
import { BusDeadLetters } from './dead-letters.js';
import { describeModels } from './describe-models.js';
import { Inspection, describeBus, type BusDescription } from './inspect.js';
import { busDefaults, readBusOptions, type AnywiseOptions } from './options.js';
import { createPartChecks, type Part } from './part-checks.js';
import { lagOf, statusOf } from './status.js';
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
  #projecting: Projecting | undefined;
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
    if (this.#keepsEvents()) provided.add(Entities);
    for (const { projection } of this.#wiring.projections) provided.add(projection.tables);
    if (this.#wiring.sagas.length > 0) provided.add(SagaTaker);
    options.container?.provides([...provided]);
    this.#provided = provided;
    for (const registry of options.registries ?? []) registry.seal(options.name);
    this.#instruments = options.instrumentation?.instrument({
      name: options.name,
      status: (limit, maxAgeMs) => this.#statusWhileRunning(limit, maxAgeMs),
      lag: async (limit) => this.#delivery?.lag(limit),
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

  get store(): Store | undefined {
    return this.#store;
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
    const heard = this.#wiring.heardTypes(this.#contracts, name);
    return describeBus(name, this.inspection, this.#contracts, heard, describeModels(this.#wiring));
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
      keepsEvents: this.#keepsEvents(),
      projects: this.#store !== undefined && 'projections' in this.#store,
      keepsSagas: this.#keepsSagas(),
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
    this.#starting = this.#inBackground(() => this.#start());
    try {
      await Promise.race([this.#starting, this.#givenUp]);
    } catch (error) {
      await this.stop(0);
      throw error;
    }
  }

  stop(timeoutMs: number): Promise<void> {
    return (this.#stopping ??= this.#inBackground(() => this.#stop(timeoutMs)));
  }

  #inBackground<T>(run: () => T): T {
    return this.#instruments === undefined ? run() : this.#instruments.background(run);
  }

  async status(): Promise<BusStatus | undefined> {
    if (this.#store === undefined) return undefined;
    const [status, lag] = await Promise.all([statusOf(this.#store, this.#delivery), lagOf(this.#delivery)]);
    return { ...status, ...lag };
  }

  async projected(projection: Projection, timeoutMs: number): Promise<void> {
    const projecting = this.#projecting;
    if (this.#state !== 'running') throw notRunning(this.#options.name, this.#state);
    if (projecting === undefined) {
      throw new AnywiseError('INVALID_SETUP', 'The bus has no store, so it has no read models. Pass one as `store`.');
    }
    await projecting.caughtUp(projection, timeoutMs);
  }

  async check(timeoutMs?: number): Promise<readonly string[]> {
    if (this.#state !== 'running') return [`the bus is ${this.#state === 'new' ? 'not started' : this.#state}`];
    const reasons = await this.#checkParts(timeoutMs);
    const overdue = await this.#overdue(timeoutMs);
    const behind = reasons.length > 0 ? [] : ((await this.#projecting?.problems().catch(() => undefined)) ?? []);
    return [...reasons, ...(overdue === undefined ? [] : [overdue]), ...(this.#delivery?.stalled() ?? []), ...behind];
  }

  saturated(): readonly string[] {
    return this.#delivery?.saturated() ?? [];
  }

  #keepsSagas(): boolean {
    return this.#store !== undefined && 'sagas' in this.#store;
  }

  /** Whether the store has a log: one that is not open yet says so by its class. */
  #keepsEvents(): boolean {
    return this.#store !== undefined && 'log' in this.#store;
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

  async #statusWhileRunning(limit: number, maxAgeMs: number): Promise<BusStatus | undefined> {
    if (this.#state !== 'running') throw notRunning(this.#options.name, this.#state);
    return this.#store && statusOf(this.#store, this.#delivery, limit, maxAgeMs);
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
    const holder = holderName(randomUUID().slice(0, 8));
    const delivery = this.#store && this.#deliveryOver(this.#store, holder);
    this.#projecting = this.#store && this.#projectingOver(this.#store, holder);
    await Promise.race([delivery?.reachTransport(), this.#stopIsAsked]);
    this.#assertStarting();
    await this.#projecting?.start();
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

  #projectingOver(store: Store, holder: string): Projecting {
    const projections = this.#wiring.projections.map(({ projection }) => projection);
    const parts = { codec: this.dispatcher.codec, logger: this.#logger, instruments: this.#instruments };
    return new Projecting({ projections, store, holder, ...parts });
  }

  #deliveryOver(store: Store, holder: string): Delivery {
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
      keyed: dispatcher.keyed,
      knows: (type) => dispatcher.codec.knows(type),
      entriesHere: dispatcher.entriesHere,
      deliver: (claim, stop, trace) => dispatcher.deliver(claim, stop, trace),
      deliverBatch: (claims, stop, trace) => dispatcher.deliverBatch(claims, stop, trace),
      answeredTypes: dispatcher.answeredTypes,
      answer: dispatcher.answer,
      holder,
      process: () => this.#describeProcess(holder, concurrency),
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

  #describeProcess(holder: string, concurrency: number): ProcessInfo {
    const { name: service, version } = this.#options;
    return { holder, service, version, host: hostname(), pid: process.pid, concurrency, description: this.describe() };
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
    await endsWithin(left(), this.#projecting?.stop());
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
