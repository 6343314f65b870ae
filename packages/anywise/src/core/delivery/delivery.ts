import { repeatEvery } from '../../kit/interval.js';
import { Progress } from '../../kit/progress.js';
import { endsWithin } from '../../kit/wait.js';
import { AnywiseError } from '../errors/errors.js';
import { errorText } from '../errors/thrown.js';
import type { Envelope } from '../message/envelope.js';
import type { BoundedCount } from '../ports/bounded-count.js';
import type { Logger } from '../ports/logger.js';
import type { Instruments, Trace } from '../ports/instrumentation.js';
import type { Observers } from '../ports/observer.js';
import type { Claim, InboxEntry } from '../ports/inbox.js';
import type { ProcessInfo } from '../ports/processes.js';
import type { Store } from '../ports/store.js';
import type { Answer, Subscription, Transport } from '../ports/transport.js';
import { defaultListenerOptions, type FailureOptions, type ListenerOptions } from '../registry/definitions.js';
import type { Wiring } from '../registry/wiring.js';
import { Attachment } from './attachment.js';
import { entriesOfBatch, unknownListener, unreadableListener, type ListenersOf } from './intake.js';
import type { ListenerSettings } from './attempt.js';
import type { LazySignal } from '../time/lazy-signal.js';
import type { Outage } from './outage.js';
import { Presence } from './presence.js';
import { Relay } from './relay.js';
import { Worker } from './worker.js';

export interface DeliveryOptions {
  /** The service's name, under which it reads from the transport. */
  readonly service: string;
  readonly store: Store;
  readonly transport: Transport | undefined;
  readonly wiring: Wiring;
  /** The wire names that the service subscribes to. */
  readonly types: readonly string[];
  readonly namesFor: ListenersOf;
  /** Gives inbox entries of sagas the key of the saga. */
  readonly keyed: (entries: readonly InboxEntry[]) => readonly InboxEntry[];
  /** Whether a contract of the bus has the type. */
  readonly knows: (type: string) => boolean;
  /** The inbox entry for a command from the outbox; `undefined` if another process handles it. */
  readonly entriesHere: (envelope: Envelope) => readonly InboxEntry[] | undefined;
  /** Runs the listener and commits; rejects if either fails. */
  readonly deliver: (claim: Claim, stop: LazySignal, trace: Trace) => Promise<void>;
  /** The same for several messages of one batch listener: all of their effects commit, or none. */
  readonly deliverBatch: (claims: readonly Claim[], stop: LazySignal, trace: Trace) => Promise<void>;
  /** The wire names of the requests that the service answers. */
  readonly answeredTypes: readonly string[];
  /** Answers a request of another service. */
  readonly answer: Answer;
  readonly holder: string;
  /** What this process says of itself. */
  readonly process: () => ProcessInfo;
  /** How many messages are handled at once. */
  readonly concurrency: number;
  /** How long one attempt may take, unless its listener says otherwise. */
  readonly timeoutMs: number;
  readonly leaseMs: number;
  readonly retentionMs: number;
  /** What is known of the transport. */
  readonly outage: Outage;
  readonly logger: Logger;
  readonly observers: Observers;
  readonly instruments: Instruments | undefined;
}

const relayFlushMs = 3_000;
/** How long a store may take to hear that this process has stopped. */
const leaveMs = 1_000;
/** How long the transport may take to say what waits in it: neither a start nor what is known of the store waits for that. */
const lagMs = 1_000;
const cleanEveryMs = 60_000;
/** For how long a part may get nowhere before the service counts as not working. */
const stalledMs = 10_000;
/** How old a message in the outbox may be, while the transport fails, before the service counts as not working. */
export const overdueMs = 30_000;

/**
 * The durable way of one bus, from its outbox to its listeners.
 *
 * ```text
 *   outbox ─ relay ─▶ transport ─ intake ─▶ inbox ─ worker ─▶ listener
 * ```
 */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #listeners: ReadonlyMap<string, ListenerSettings>;
  readonly #worker: Worker;
  readonly #relay: Relay;
  readonly #intake = new Progress();
  readonly #attachment: Attachment | undefined;
  readonly #presence: Presence;
  #unwatch: (() => void) | undefined;
  #stopCleaning: (() => Promise<void>) | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#listeners = settingsOf(options);
    this.#presence = new Presence(options.store.processes, options.process, (limit) => this.lag(limit), options.logger);
    const unreadable = unreadableListener(options.service);
    this.#worker = new Worker({ ...options, unreadable, listeners: this.#listeners });
    const { transport, outage } = options;
    this.#attachment =
      transport &&
      new Attachment({
        transport,
        subscribe: () => this.#subscribeAndServe(transport),
        outage,
        onBack: () => this.#relay.transportIsBack(),
      });
    this.#relay = new Relay({
      ...options,
      unreadable,
      isAway: () => this.#attachment?.isAway === true,
      onOutage: () => this.#attachment?.look(),
    });
  }

  /**
   * Finds out whether the transport can be used. One that cannot be reached is waited for from `start` on.
   *
   * @throws whatever it refuses this service with, if waiting cannot help.
   */
  async reachTransport(): Promise<void> {
    await this.#attachment?.reach();
  }

  async start(): Promise<void> {
    const { store, logger, transport } = this.#options;
    await this.#warnOfOrphans();
    this.#worker.start();
    this.#relay.start();
    if (transport !== undefined) store.publishTo?.(transport, () => this.#relay.mayBePassed);
    await this.#attachment?.start();
    this.#unwatch = store.watch(
      (part) => {
        if (part === undefined || part === 'inbox') this.#worker.wake();
        if (part === undefined || part === 'outbox') this.#relay.wake();
      },
      (error) => logger.warn({ err: error }, errorText(error)),
    );
    this.#stopCleaning = this.#cleanNowAndThen();
    await this.#presence.begin();
  }

  /** Which parts have been getting nowhere, one text each: what they wait for may answer others meanwhile. */
  stalled(): readonly string[] {
    const parts = { relay: this.#relay, intake: this.#intake, worker: this.#worker };
    return Object.entries(parts).flatMap(([name, part]) =>
      part.stalledMs < stalledMs ? [] : [`the ${name} has not moved for ${Math.round(part.stalledMs / 1_000)} s`],
    );
  }

  /** What waits in the transport, counted to `limit`; `undefined` where nothing tells, or it does not answer soon. */
  async lag(limit: number): Promise<BoundedCount | undefined> {
    let lag: BoundedCount | undefined;
    const asked = this.#attachment?.lag(limit).then((found) => (lag = found));
    await endsWithin(lagMs, asked);
    return lag;
  }

  /** How far the clock of this process is ahead of the database's; `undefined` until it is known. */
  get clockSkewMs(): number | undefined {
    return this.#presence.clockSkewMs;
  }

  /** @throws what is known to be wrong with the transport, without asking it again; else whatever its check throws. */
  async checkTransport(): Promise<void> {
    const { transport, outage } = this.#options;
    if (this.#attachment?.isAway === true) throw outage.errorOf('check');
    try {
      await transport?.check();
    } catch (error) {
      this.#attachment?.look();
      throw error;
    }
  }

  /** What has waited for a transport that fails for too long, in words; `undefined` if nothing has. */
  async overdue(): Promise<string | undefined> {
    const { store, outage } = this.#options;
    if (!outage.goesOn) return undefined;
    const { waiting, oldestMs } = await store.outbox.status();
    if (oldestMs < overdueMs) return undefined;
    const count = waiting.isMore ? `more than ${waiting.count}` : waiting.count;
    const messages = waiting.count === 1 && !waiting.isMore ? 'message has' : 'messages have';
    return `${count} ${messages} been waiting in the outbox for ${Math.round(oldestMs / 1_000)} s: the transport cannot be used`;
  }

  /** The listeners that have no free place. */
  saturated(): readonly string[] {
    return this.#worker.saturated();
  }

  /** Takes in nothing more, finishes what it can of the messages in hand within `timeoutMs`, and releases the rest. */
  async stopReceiving(timeoutMs: number): Promise<void> {
    const began = performance.now();
    const left = (): number => Math.max(0, timeoutMs - (performance.now() - began));
    // Not awaited: a round may take long, and the next one deletes what it leaves.
    void this.#stopCleaning?.();
    // What waits for a database that does not answer fails when that is closed.
    await endsWithin(left(), this.#attachment?.stop());
    await this.#worker.stop(left());
  }

  /** Sends as much of the outbox as it can in a moment, and ends. */
  async flush(): Promise<void> {
    this.#unwatch?.();
    await this.#relay.stop(relayFlushMs);
    await endsWithin(leaveMs, this.#presence.end());
  }

  /** A listener or saga that was renamed leaves its messages behind under its old name. */
  async #warnOfOrphans(): Promise<void> {
    const { store, logger } = this.#options;
    const { listeners } = await store.inbox.status();
    for (const { listener, waiting } of listeners.filter((each) => !this.#listeners.has(each.listener))) {
      const count = waiting.isMore ? `More than ${waiting.count}` : waiting.count;
      const text = `${count} messages wait for \`${listener}\`, which this process does not have. If it was renamed, give it its old name with \`.named(…)\`.`;
      if (waiting.count > 0) logger.warn({ listener, waiting: waiting.count }, text);
    }
    for (const { name, status, count } of (await store.sagas?.count()) ?? []) {
      if (this.#listeners.has(name)) continue;
      const text = `${count} sagas \`${name}\` are ${status}, but this process does not have it. If it was renamed, give it its old name.`;
      logger.warn({ saga: name, count }, text);
    }
  }

  /** Answers requests only once messages are received too, so that a start that fails has not answered any. */
  async #subscribeAndServe(transport: Transport): Promise<Subscription | undefined> {
    const received = await this.#subscribe(transport);
    try {
      const answered = await this.#serve(transport);
      return {
        ...received,
        close: async () => {
          await Promise.all([received?.close(), answered?.close()]);
        },
      };
    } catch (error) {
      await received?.close();
      throw error;
    }
  }

  async #serve(transport: Transport): Promise<Subscription | undefined> {
    const { service, answeredTypes: types, answer, concurrency, logger } = this.#options;
    if (!transport.capabilities.requests || transport.serve === undefined || types.length === 0) return undefined;
    const onError = (error: unknown): void => {
      if (this.#attachment?.isAway === true) return;
      logger.warn({ err: error }, 'Answering another service failed');
      this.#attachment?.look();
    };
    return transport.serve({ service, types, concurrency, onError }, answer);
  }

  async #subscribe(transport: Transport): Promise<Subscription | undefined> {
    const { service, types, namesFor, keyed, knows, retentionMs, logger } = this.#options;
    if (types.length === 0) return undefined;
    const intake = { service, retentionMs, knows, listenersOf: namesFor, keyed };
    const onError = (error: unknown): void => {
      // While the transport is known to be away, that is all that there is to say.
      if (this.#attachment?.isAway === true) return;
      const isSlow = AnywiseError.is(error) && error.code === 'NO_NOTICES';
      logger.warn({ err: error }, isSlow ? errorText(error) : 'Receiving failed; it is retried');
      if (isSlow) return;
      this.#attachment?.look();
    };
    return transport.subscribe({ consumer: service, types, onError }, async (batch) => {
      this.#intake.begin();
      await this.#worker.take(entriesOfBatch(batch, intake));
      this.#intake.succeed();
    });
  }

  #cleanNowAndThen(): () => Promise<void> {
    const { store, retentionMs, logger } = this.#options;
    return repeatEvery(() => store.clean(retentionMs), {
      everyMs: cleanEveryMs,
      onError: (error) => logger.warn({ err: error }, 'Old messages could not be deleted; it is retried'),
    });
  }
}

/** What messages are claimed for, by the name that the inbox keeps it under. */
function settingsOf(options: DeliveryOptions): ReadonlyMap<string, ListenerSettings> {
  const { wiring, service, concurrency, timeoutMs } = options;
  const listeners = new Map<string, FailureOptions & Pick<ListenerOptions, 'batch'>>();
  for (const { name, options } of wiring.listeners) if (!options.inline) listeners.set(name, options);
  for (const { message, options } of wiring.commandHandlers) listeners.set(message.type, options);
  // A listener that hangs must leave places for the others.
  const share = listeners.size > 1 ? Math.ceil(concurrency / 2) : concurrency;
  for (const name of [unreadableListener(service), unknownListener(service)]) {
    listeners.set(name, defaultListenerOptions);
  }
  const settings = [...listeners].map(([name, own]): [string, ListenerSettings] => [
    name,
    {
      ...own,
      timeoutMs: own.timeoutMs ?? timeoutMs,
      places: Math.min(own.concurrency ?? (own.batch === undefined ? share : 1), concurrency),
    },
  ]);
  return new Map(settings);
}
