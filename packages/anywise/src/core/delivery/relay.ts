import { once } from 'node:events';
import { startTimer } from '../time/timers.js';
import { orderKey, type Envelope } from '../message/envelope.js';
import { AnywiseError } from '../errors/errors.js';
import { errorText, isTerminal } from '../errors/thrown.js';
import type { Instruments } from '../ports/instrumentation.js';
import type { Logger } from '../ports/logger.js';
import { Progress } from '../../kit/progress.js';
import { Pump } from '../../kit/pump.js';
import { backoff } from '../../kit/retry.js';
import { endsWithin } from '../../kit/wait.js';
import { awayDelays, refusedDelays } from './attachment.js';
import type { Outage } from './outage.js';
import { takeIn } from './take-in.js';
import type { InboxEntry } from '../ports/inbox.js';
import type {
  OutboxOutcome,
  OutboxRow,
  ReadableOutboxRow,
  RelayLease,
  Shortcut,
  UnreadableOutboxRow,
} from '../ports/outbox.js';
import { defaultRestMs, type Store } from '../ports/store.js';
import type { PublishFailure, Transport } from '../ports/transport.js';

export interface RelayOptions {
  readonly store: Store;
  /** Without one, only commands handled here leave the outbox. */
  readonly transport: Transport | undefined;
  /** The inbox entry for a command handled here; `undefined` if it goes to the transport. */
  readonly entriesHere: (envelope: Envelope) => readonly InboxEntry[] | undefined;
  /** The name under which the inbox keeps messages that it cannot store unchanged. */
  readonly unreadable: string;
  readonly holder: string;
  /** Told of each failure to use the transport. */
  readonly outage: Outage;
  /** Whether the transport is known to be away, so that it need not be tried. */
  readonly isAway: () => boolean;
  /** Called when the transport cannot be used. */
  readonly onOutage: () => void;
  readonly logger: Logger;
  readonly instruments?: Instruments | undefined;
  readonly random?: () => number;
}

export const relayBatch = 200;
const leaseMs = 10_000;
/** How often it looks while something waits that it cannot send now: another has the lease, or the transport has refused it. */
const waitingPollMs = 1_000;
/** How soon it looks again for a row that is due, and locked by who may cancel it. */
const lockedPollMs = 20;
/** How long messages go through the transport once the way within the database has failed. */
const detourMs = 30_000;
/** How long giving the lease back may take when the relay stops. Another relay gets it a little later when it ends. */
const releaseMs = 2_000;
/**
 * How long a few confirmed messages wait for others before they are settled. An idle caller gets its turn a third of a
 * millisecond sooner.
 */
const settleLaterMs = 1;
/** How often a working transport may fail because of a message before it is parked: for about two minutes. */
const attemptsAlone = 30;

type Failures = readonly (PublishFailure | undefined)[];

/**
 * Moves committed messages from the outbox to the transport, and due commands to the inbox here; each service has one active
 * relay. A row is deleted only once it is confirmed. If a relay dies in between, the row is published again under the same
 * id, and receivers recognise it.
 */
export class Relay {
  readonly #options: RelayOptions;
  readonly #pump: Pump;
  #lease: RelayLease | undefined;
  #askAgainAt = 0;
  readonly #sending = new Progress();
  /** Whether something may have been committed since the last turn. */
  #isWoken = true;
  #shortcut: Shortcut | undefined;
  /** Until when the shortcut is left alone that has failed. */
  #detourUntil = 0;
  /** How many times in a row the transport was unusable. */
  #outages = 0;
  #restUntil = 0;

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#pump = new Pump({
      turn: () => this.#turn(),
      onError: (error) => options.logger.error({ err: error }, 'The relay failed and is retried'),
    });
  }

  /** For how long it has tried in vain to send what waits, in milliseconds. */
  get stalledMs(): number {
    return Math.max(this.#pump.stalledMs, this.#sending.stalledMs);
  }

  /**
   * Whether messages may take a way of their own to a transport in the same database. A trace shows each way of a message, and
   * the outbox waits for a transport that is away.
   */
  get mayBePassed(): boolean {
    const { instruments, isAway } = this.#options;
    return instruments?.isActive !== true && !isAway();
  }

  start(): void {
    this.#pump.start();
  }

  wake(): void {
    this.#isWoken = true;
    this.#pump.wake();
  }

  /** The transport can be used again: sends what waits now. */
  transportIsBack(): void {
    this.#outages = 0;
    this.#restUntil = 0;
    this.#pump.wake();
  }

  /** Sends as much of what waits as it can in `flushMs`, and releases the lease. */
  async stop(flushMs: number): Promise<void> {
    const timeIsUp = new AbortController();
    const timer = startTimer(() => timeIsUp.abort(), flushMs);
    try {
      // A transport that hangs must not keep the process from stopping.
      await Promise.race([this.#flush(timeIsUp.signal), once(timeIsUp.signal, 'abort')]);
      if (this.#lease !== undefined) await endsWithin(releaseMs, this.#options.store.outbox.release(this.#lease));
    } catch (error) {
      this.#options.logger.warn(
        { err: error },
        'The relay could not send everything; the rest is sent after the next start',
      );
    } finally {
      clearTimeout(timer);
    }
  }

  async #flush(timeIsUp: AbortSignal): Promise<void> {
    await this.#pump.stop();
    while (!timeIsUp.aborted && (await this.#turn()) === 0);
  }

  async #turn(): Promise<number> {
    const restMs = this.#restUntil - performance.now();
    // A commit wakes the relay, but not a transport that is down.
    if (restMs > 0) return restMs;
    const pauseMs = await this.#takeShortcut();
    if (pauseMs !== undefined) return pauseMs;
    const { store } = this.#options;
    const { rows: found, nextDueInMs } = await store.outbox.sendable(relayBatch);
    if (found.length === 0) {
      this.#options.outage.succeeded('relay');
      return this.#restMs(nextDueInMs);
    }
    const epoch = this.#lease?.epoch;
    const lease = await this.#leased();
    if (lease === undefined) {
      this.#options.outage.succeeded('relay');
      return waitingPollMs;
    }
    // The previous holder of the lease may have published these in the meantime.
    const rows = lease.epoch === epoch ? found : (await store.outbox.sendable(relayBatch)).rows;

    const outcomes = await this.#bring(rows);
    // Let the receiver run first: work here may keep it off the processor that was to wake it.
    if (rows.length < relayBatch && this.#reachesProcesses) await this.#pump.pause(settleLaterMs);
    if (outcomes.length > 0 && !(await store.outbox.settle(lease, outcomes))) this.#lease = undefined;
    return outcomes.length === rows.length && outcomes.every(({ outcome }) => outcome === 'confirmed')
      ? 0
      : waitingPollMs;
  }

  /**
   * Moves what it can without leaving the database. Only where something was committed: looking whether something waits costs
   * less than a transaction that locks the lease.
   *
   * @returns how long to pause, in milliseconds, if nothing is left for the other way.
   */
  async #takeShortcut(): Promise<number | undefined> {
    const { store, transport } = this.#options;
    const isNew = this.#isWoken;
    this.#isWoken = false;
    if (!isNew || this.#lease === undefined || transport === undefined) return undefined;
    if (!this.mayBePassed || performance.now() < this.#detourUntil) return undefined;
    this.#shortcut ??= store.shortcutTo?.(transport);
    const lease = this.#shortcut && (await this.#leased());
    if (this.#shortcut === undefined || lease === undefined) return undefined;
    try {
      const done = await this.#shortcut(lease, relayBatch);
      if (done === undefined) {
        this.#lease = undefined;
        return undefined;
      }
      const { moved, isMore, hasLeft, nextDueInMs } = done;
      if (moved > 0) this.#succeeded();
      this.#isWoken ||= isMore && moved > 0;
      if (hasLeft || (moved === 0 && nextDueInMs === undefined)) return undefined;
      return nextDueInMs === undefined || this.#isWoken ? 0 : this.#restMs(nextDueInMs ?? undefined);
    } catch (error) {
      // A database that is away fails on the other way, too.
      this.#detourUntil = performance.now() + detourMs;
      this.#options.logger.debug({ err: error }, 'The relay takes the way through the transport');
      return undefined;
    }
  }

  get #reachesProcesses(): boolean {
    return this.#options.transport?.capabilities.acrossProcesses === true;
  }

  #restMs(nextDueInMs: number | undefined): number {
    const longest = this.#options.store.restMs ?? defaultRestMs;
    return nextDueInMs === 0 ? lockedPollMs : Math.min(nextDueInMs ?? longest, longest);
  }

  /** The lease, renewed long before it ends. A lost lease settles nothing. */
  async #leased(): Promise<RelayLease | undefined> {
    if (this.#lease !== undefined && performance.now() < this.#askAgainAt) return this.#lease;
    const { store, holder } = this.#options;
    this.#askAgainAt = performance.now() + leaseMs / 3;
    this.#lease = await store.outbox.lease(holder, leaseMs);
    return this.#lease;
  }

  /** The outcomes of those rows that have a known one. */
  async #bring(rows: readonly OutboxRow[]): Promise<readonly OutboxOutcome[]> {
    const here: InboxEntry[] = [];
    const stay: ReadableOutboxRow[] = [];
    const leave: ReadableOutboxRow[] = [];
    const parked: OutboxOutcome[] = [];
    const held = new Set<string>();
    for (const row of rows) {
      if (row.envelope === undefined) {
        parked.push(this.#unreadable(row));
        if (row.key !== undefined) held.add(row.key);
        continue;
      }
      const key = orderKey(row.envelope);
      if (key !== undefined && held.has(key)) continue;
      const entries = this.#options.entriesHere(row.envelope);
      if (entries === undefined) leave.push(row);
      else {
        stay.push(row);
        here.push(...entries);
      }
    }
    const { store, unreadable, logger, instruments } = this.#options;
    const add = (entries: readonly InboxEntry[]): Promise<unknown> => store.inbox.add(entries);
    if (here.length > 0) await takeIn(here, { add, unreadable, logger, instruments });
    const confirmed = stay.map(({ seq }): OutboxOutcome => ({ seq, outcome: 'confirmed' }));
    return [...parked, ...confirmed, ...(leave.length === 0 ? [] : await this.#publish(leave))];
  }

  async #publish(rows: readonly ReadableOutboxRow[]): Promise<readonly OutboxOutcome[]> {
    if (this.#options.isAway()) return [];
    let failures: Failures;
    this.#sending.begin();
    try {
      failures = await this.#send(rows.map(({ envelope }) => envelope));
      this.#succeeded();
    } catch (error) {
      if (await this.#isUsable(error)) return this.#publishAlone(rows, error);
      this.#rest(error);
      // Their outcomes are unknown: they wait unchanged.
      return [];
    }
    return rows.map((row, index) => this.#outcomeOf(row, failures[index]));
  }

  #succeeded(): void {
    this.#sending.succeed();
    this.#outages = 0;
    this.#options.outage.succeeded('relay');
  }

  #send(batch: readonly Envelope[]): Promise<Failures> {
    const { instruments } = this.#options;
    const transport = this.#transport;
    if (instruments?.isActive !== true) return transport.publish(batch);
    return instruments.deliveries.relay(batch, () => transport.publish(batch));
  }

  /** Whether the transport works, so that it refused these rows and not everything. */
  async #isUsable(error: unknown): Promise<boolean> {
    if (AnywiseError.is(error) && error.retryable) return false;
    try {
      await this.#transport.check();
      return true;
    } catch {
      return false;
    }
  }

  /** Finds the row that made the others fail. Rows with its key wait for it. */
  async #publishAlone(rows: readonly ReadableOutboxRow[], error: unknown): Promise<readonly OutboxOutcome[]> {
    const [only] = rows;
    if (only !== undefined && rows.length === 1) {
      return [this.#outcomeOf(only, { error, permanent: only.attempts + 1 >= attemptsAlone })];
    }
    const held = new Set<string>();
    const outcomes: OutboxOutcome[] = [];
    for (const row of rows) {
      const key = orderKey(row.envelope);
      if (key !== undefined && held.has(key)) continue;
      const found = await this.#publish([row]);
      outcomes.push(...found);
      if (found.every(({ outcome }) => outcome !== 'confirmed') && key !== undefined) held.add(key);
    }
    return outcomes;
  }

  #rest(error: unknown): void {
    const { outage, onOutage, random = Math.random } = this.#options;
    const delays = isTerminal(error) ? refusedDelays : awayDelays;
    this.#restUntil = performance.now() + backoff(++this.#outages, delays, random());
    outage.failed('relay', error, '; the outbox is sent later');
    onOutage();
  }

  get #transport(): Transport {
    const { transport } = this.#options;
    if (transport !== undefined) return transport;
    throw new AnywiseError(
      'UNAVAILABLE',
      'Messages wait in the outbox for other services, but the bus has no transport. Pass one as `transport`.',
      { retryable: true },
    );
  }

  #unreadable({ seq, key, reason }: UnreadableOutboxRow): OutboxOutcome {
    const text = 'A message in the outbox cannot be read; it is parked, with those of its key behind it';
    this.#options.logger.error({ seq, key, reason }, text);
    return { seq, outcome: 'parked', error: reason };
  }

  #outcomeOf({ seq, envelope, attempts }: ReadableOutboxRow, failure: PublishFailure | undefined): OutboxOutcome {
    if (failure === undefined) return { seq, outcome: 'confirmed' };
    const error = errorText(failure.error);
    const { logger, random = Math.random } = this.#options;
    const details = { type: envelope.type, id: envelope.id, attempt: attempts + 1, err: failure.error };
    if (failure.permanent) {
      logger.error(details, 'An event can never be published; it is parked in the outbox');
      return { seq, outcome: 'parked', error };
    }
    // It may be refused for days, every five seconds.
    const level = Number.isInteger(Math.log2(attempts + 1)) ? 'warn' : 'debug';
    logger[level](details, 'An event was not published; it is retried');
    // What the transport lacks for it, such as room or a queue, may be there as soon as a transport that is away.
    return { seq, outcome: 'retry', retryInMs: backoff(attempts + 1, awayDelays, random()), error };
  }
}
