import { randomUUID } from 'node:crypto';

import type { ContextKeyInfo } from './context.js';
import type { Contract } from './contract.js';
import { Dispatcher, type SendOptions } from './dispatch.js';
import { DomainError } from './domain-error.js';
import { AnywiseError, SetupError, errorText } from './errors.js';
import type { Frame } from './frame.js';
import { holderName } from './holder.js';
import { Inspection } from './inspect.js';
import { entriesOfBatch } from './intake.js';
import { consoleLogger, type Logger } from './logger.js';
import { memoryStore } from './memory/store.js';
import { definitionOf, type Command, type ErrorsOf, type Event, type ReplyOf } from './message.js';
import type { MessageRegistry } from './registry.js';
import { Relay } from './relay.js';
import type { ContainerAdapter, ServiceId } from './scope.js';
import type { Store } from './store.js';
import { sequential, type PublishStrategy, type SendStrategy } from './strategies.js';
import type { Subscription, Transport } from './transport.js';
import { verify } from './verify.js';
import { Wiring } from './wiring.js';
import { Worker } from './worker.js';

export interface AnywiseOptions {
  /** The service's name. The contract of this name is its own: each of its commands and queries needs a handler here. */
  readonly name: string;
  readonly registries?: readonly MessageRegistry[];
  /** The contracts of all the slices whose messages are sent, published or heard here. */
  readonly contracts?: readonly Contract[];
  /** Where dependencies come from, for example `inversify(container)`. */
  readonly container?: ContainerAdapter;
  /** Makes writes and events one transaction, and lets listeners run after the commit. @defaultValue none: listeners run inside `publish` */
  readonly store?: Store;
  /** Connects this service with others. Without a store, one in memory is used. @defaultValue none */
  readonly transport?: Transport;
  /** Context keys with a header that are read from incoming messages. */
  readonly context?: readonly ContextKeyInfo[];
  /** Wraps each command. @defaultValue none */
  readonly sender?: SendStrategy;
  /** How listeners inside `publish` are run. @defaultValue `sequential` */
  readonly publisher?: PublishStrategy;
  /** @defaultValue warnings and errors to the console */
  readonly logger?: Logger;
  /** How many messages are handled at once. More is faster where listeners wait for others. @defaultValue 32 */
  readonly concurrency?: number;
  /**
   * How long a listener may be silent before its message is given to another process. It is renewed while the listener
   * runs, so it bounds only how long the messages of a dead machine wait. @defaultValue 30_000
   */
  readonly leaseMs?: number;
  /** How long handled messages and kept replies are remembered. @defaultValue 604_800_000 (7 days) */
  readonly retentionMs?: number;
}

export interface StopOptions {
  /** How long messages in hand may take to finish; what is left is handled again after the next start. @defaultValue 25_000 */
  readonly timeoutMs?: number;
}

/** What `trySend` gives: the reply, or one of the command's declared errors. */
export type Tried<Reply, Errors> =
  { readonly ok: true; readonly value: Reply } | { readonly ok: false; readonly error: Errors };

type State = 'new' | 'running' | 'stopping' | 'stopped';

const relayFlushMs = 3_000;
const cleanEveryMs = 60_000;

/**
 * The bus. Make one for each service, `start` it, and `send` and `publish` from outside. Handlers ask for `Anywise` by
 * injection and get one that belongs to their message: what it publishes commits with the handler's writes, and what it
 * sends shares the handler's scope.
 */
export class Anywise {
  private readonly core: Core;
  private readonly frame: Frame | undefined;

  constructor(options: AnywiseOptions) {
    this.core = new Core(options, (frame) => Anywise.within(this.core, frame));
    this.frame = undefined;
  }

  private static within(core: Core, frame: Frame): Anywise {
    return Object.assign(Object.create(Anywise.prototype) as Anywise, { core, frame });
  }

  /** Has a command or query handled, and gives its reply. Rejects with what the handler or a guard throws. */
  send<C extends Command>(command: C, options?: SendOptions): Promise<C['~reply']> {
    const { core, frame } = this;
    const refusal = core.refusal(frame);
    if (refusal !== undefined) return Promise.reject(refusal);
    const reply = core.dispatcher.send(command, options, frame);
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
    const { core, frame } = this;
    const refusal = core.refusal(frame);
    if (refusal !== undefined) return Promise.reject(refusal);
    const published = core.dispatcher.publish(event, frame);
    return frame === undefined ? published : frame.track(event.type, published);
  }

  /** Who handles, guards and listens to what. */
  get inspect(): Inspection {
    return this.core.inspection;
  }

  /**
   * Verifies the wiring, opens store and transport, and begins to handle messages.
   *
   * @throws SetupError (`INVALID_SETUP`) that lists every problem; AnywiseError (`UNAVAILABLE`) where store or transport cannot be used.
   */
  async start(): Promise<void> {
    this.outsideOnly('start');
    await this.core.start();
  }

  /** Takes no more messages, finishes those in hand, sends what waits in the outbox, and closes. Idempotent. */
  async stop(options: StopOptions = {}): Promise<void> {
    this.outsideOnly('stop');
    await this.core.stop(options.timeoutMs ?? 25_000);
  }

  /** Everything that is wrong with the wiring, one text a problem, without opening anything. `start` refuses where there is any. */
  verify(): readonly string[] {
    return this.core.verify();
  }

  /** Why the bus cannot work now, one text a reason; empty where it can. For readiness probes. */
  async check(): Promise<readonly string[]> {
    return this.core.check();
  }

  private outsideOnly(method: string): void {
    if (this.frame === undefined) return;
    throw new AnywiseError(
      'NOT_RUNNING',
      `A handler called \`${method}\` on the bus of its message. Call it where the bus was made.`,
    );
  }
}

/** The parts of a bus and their life. */
class Core {
  readonly dispatcher: Dispatcher;
  readonly inspection: Inspection;
  readonly #options: AnywiseOptions;
  readonly #wiring: Wiring;
  readonly #contracts: readonly Contract[];
  readonly #store: Store | undefined;
  readonly #logger: Logger;
  readonly #isProvided: (id: ServiceId) => boolean;
  readonly #holder = holderName(randomUUID().slice(0, 8));
  #relay: Relay | undefined;
  #worker: Worker | undefined;
  #subscription: Subscription | undefined;
  #unwatch: (() => void) | undefined;
  #cleaner: NodeJS.Timeout | undefined;
  #state: State = 'new';
  #stopping: Promise<void> | undefined;

  constructor(options: AnywiseOptions, bindBus: (frame: Frame) => unknown) {
    this.#options = options;
    this.#logger = options.logger ?? consoleLogger;
    this.#contracts = options.contracts ?? [];
    this.#store = options.store ?? (options.transport === undefined ? undefined : memoryStore());
    this.#wiring = new Wiring(options.registries ?? []);
    const provided = new Set<ServiceId>([Anywise, ...(this.#store?.handles ?? [])]);
    options.container?.provides([...provided]);
    this.#isProvided = (id) => provided.has(id);
    this.inspection = new Inspection(this.#wiring);
    this.dispatcher = new Dispatcher({
      source: `/${options.name}`,
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
      busId: Anywise,
      logger: this.#logger,
    });
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
    await this.#store?.check();
    await transport?.check();
    this.#state = 'running';
    if (this.#store === undefined) return;
    this.#startWorker(this.#store);
    if (transport !== undefined) await this.#connect(this.#store, transport);
    this.#unwatch = this.#store.watch(() => {
      this.#worker?.wake();
      this.#relay?.wake();
    });
    this.#startCleaner(this.#store);
  }

  stop(timeoutMs: number): Promise<void> {
    return (this.#stopping ??= this.#stop(timeoutMs));
  }

  async check(): Promise<readonly string[]> {
    if (this.#state !== 'running') return [`the bus is ${this.#state === 'new' ? 'not started' : this.#state}`];
    const parts = [this.#store, this.#options.transport].filter((part) => part !== undefined);
    const outcomes = await Promise.allSettled(parts.map(async (part) => part.check()));
    return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [errorText(outcome.reason)] : []));
  }

  #startWorker(store: Store): void {
    const afterwards = this.#wiring.listeners.filter(({ options }) => !options.inline);
    this.#worker = new Worker({
      store,
      listeners: new Map(afterwards.map((listener) => [listener.name, listener])),
      handle: (claim, signal) => this.dispatcher.deliver(claim, signal),
      holder: this.#holder,
      concurrency: this.#options.concurrency ?? 32,
      leaseMs: this.#options.leaseMs ?? 30_000,
      logger: this.#logger,
    });
    this.#worker.start();
  }

  async #connect(store: Store, transport: Transport): Promise<void> {
    const { name } = this.#options;
    this.#relay = new Relay({ store, transport, holder: this.#holder, logger: this.#logger });
    this.#relay.start();
    const types = this.#wiring.heardTypes(this.#contracts);
    if (types.length === 0) return;
    const onError = (error: unknown): void => this.#logger.warn({ err: error }, 'Receiving failed; it is tried again');
    this.#subscription = await transport.subscribe({ consumer: name, types, onError }, async (batch) => {
      await store.inbox.add(entriesOfBatch(batch, this.dispatcher.listenersOfType, name));
    });
  }

  #startCleaner(store: Store): void {
    this.#cleaner = setInterval(() => {
      store.clean(this.#options.retentionMs ?? 604_800_000).catch((error: unknown) => {
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
    await this.#subscription?.close();
    await this.#worker?.stop(left());
    await this.dispatcher.untilIdle(left());
    this.#unwatch?.();
    await this.#relay?.stop(relayFlushMs);
    await this.#options.transport?.close();
    await this.#store?.close();
    this.#state = 'stopped';
  }
}

function notRunning(name: string, state: State): AnywiseError {
  const hint =
    state === 'new'
      ? 'Call `await anywise.start()` first.'
      : 'A bus that was stopped cannot be used again: make a new one.';
  return new AnywiseError('NOT_RUNNING', `The bus \`${name}\` is ${state === 'new' ? 'not started' : state}. ${hint}`);
}
