import { startInterval, startTimer } from '../time/timers.js';
import { Pump } from '../../kit/pump.js';
import { countWithin } from '../../kit/batches.js';
import { Waiters, endsWithin } from '../../kit/wait.js';
import { limits } from '../message/limits.js';
import type { Claim, ClaimOptions, InboxEntry } from '../ports/inbox.js';
import type { Logger } from '../ports/logger.js';
import type { Instruments, Trace } from '../ports/instrumentation.js';
import type { Observers } from '../ports/observer.js';
import { defaultRestMs, type Store } from '../ports/store.js';
import { beginWith, countFitting } from './arrivals.js';
import { Attempts, type ListenerSettings } from './attempt.js';
import type { LazySignal } from '../time/lazy-signal.js';
import type { BatchOptions } from '../registry/definitions.js';
import { Places } from './places.js';
import { takeIn } from './take-in.js';
import { VainSearches } from './vain-searches.js';

export interface WorkerOptions {
  readonly store: Store;
  /** What it claims messages for, by the name that the inbox keeps it under. */
  readonly listeners: ReadonlyMap<string, ListenerSettings>;
  /** Runs the listener and commits; rejects if either fails. `stop` tells the listener that its work is no longer wanted. */
  readonly deliver: (claim: Claim, stop: LazySignal, trace: Trace) => Promise<void>;
  /** The same for several messages of one batch listener: all of their effects commit, or none. */
  readonly deliverBatch: (claims: readonly Claim[], stop: LazySignal, trace: Trace) => Promise<void>;
  /** The name under which the inbox keeps messages that it cannot store unchanged. */
  readonly unreadable: string;
  readonly holder: string;
  /** How many messages are handled at once. */
  readonly concurrency: number;
  readonly leaseMs: number;
  readonly logger: Logger;
  readonly observers: Observers;
  readonly instruments?: Instruments | undefined;
  readonly random?: () => number;
}

/** How soon it looks again for a place, should the end of a message be missed. */
const placesPollMs = 1_000;
/** How long a search waits for more free places, so that not every message costs a transaction. */
const gatherMs = 20;
/** How long what arrives for a batch listener waits for the batch in hand, as long as its batches do not take longer. */
const quickMs = 100;
/** What is searched for besides each batch listener: the messages of all others. */
const single = '';
/** How long giving claims back may take when the worker stops. Others get them a little later when their leases end. */
const giveBackMs = 2_000;
/** After how long the log says that all places of a listener are taken by messages that do not end. */
const stuckMs = 30_000;

/**
 * Claims messages from the inbox and handles them: several at once, but those with the same key one after the other.
 *
 * ```text
 *              claimed some
 *            ┌─────────────┐
 *            ▼             │
 *        searching ────────┘
 *          │   ▲ ▲
 *          │   │ └── half of the places are free, or a moment has passed ── gathering
 *          │   │                                                              ▲
 *          │   └── a change, or time has passed ────── resting                │
 *          │                                             ▲                    │
 *          ├── found nothing, and nothing has changed ───┘                    │
 *          └── few places are free ───────────────────────────────────────────┘
 * ```
 *
 * A change is anything that may make a message claimable: a commit, the end of a message in hand, a retry that is due.
 * Changes are counted. A search rests only if the count is what it was when the search began, so no change is lost while its
 * answer is on the way.
 *
 * A suspect, whose last attempt ended with its process or its lease, is handled alone: nothing is claimed until it has ended.
 */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #pump: Pump;
  readonly #places: Places;
  readonly #attempts: Attempts;
  /** The listeners that take many messages at once. */
  readonly #batches: ReadonlyMap<string, Required<BatchOptions>>;
  #isStopping = false;
  #changes = 0;
  /** The count of changes when a search, with nothing in hand, found nothing: until the next change nothing waits. */
  #emptyAt: number | undefined;
  readonly #vain = new VainSearches();
  /** How many messages are in hand one by one. */
  #single = 0;
  /** The batch listeners whose last batch took long. */
  readonly #slow = new Set<string>();
  /** Called when a message has been handled. */
  readonly #waiters = new Waiters();
  /** Messages that must be handled alone: until they are, nothing else is claimed. */
  #suspects = 0;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(options: WorkerOptions) {
    const { listeners, concurrency, logger } = options;
    this.#options = options;
    this.#batches = new Map(
      [...listeners].flatMap(([name, { batch }]) => (batch === undefined ? [] : [[name, batch]])),
    );
    this.#places = new Places(concurrency, new Map([...listeners].map(([name, { places }]) => [name, places])));
    this.#attempts = new Attempts({
      ...options,
      ended: (claim) => this.#handled(claim),
      wakeIn: (ms) => this.#wakeIn(ms),
    });
    this.#pump = new Pump({
      turn: () => this.#turn(),
      onError: (error) => logger.error({ err: error }, 'The worker could not claim messages; it is retried'),
    });
  }

  start(): void {
    if (this.#options.listeners.size === 0) return;
    this.#pump.start();
    this.#heartbeat = startInterval(() => this.#beat(), this.#options.leaseMs / 3);
  }

  wake(): void {
    this.#changes++;
    this.#waiters.wake();
    this.#pump.wake();
  }

  /** For how long it has tried in vain to claim messages, in milliseconds. */
  get stalledMs(): number {
    return this.#pump.stalledMs;
  }

  /** The listeners that have no free place. */
  saturated(): readonly string[] {
    return this.#places.saturated();
  }

  /** Claims nothing more, waits for the messages in hand, and after `timeoutMs` releases the rest for others to handle. */
  async stop(timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    this.#isStopping = true;
    this.#waiters.wake();
    await endsWithin(timeoutMs, this.#pump.stop());
    await this.#attempts.untilIdle(Math.max(0, deadline - performance.now()));
    clearInterval(this.#heartbeat);
    await endsWithin(giveBackMs, this.#attempts.giveBack());
  }

  /**
   * Takes messages in, and handles what it can at once: searching for them and claiming them later would cost more than all
   * the rest. If messages are handled quickly, it takes in only as many as can be handled at once; otherwise all of them.
   */
  async take(entries: readonly InboxEntry[]): Promise<void> {
    for (let rest = entries; rest.length > 0;) {
      const places = (await this.#isMostlyFreeSoon()) ? await this.#fitting(rest) : rest.length;
      // A message with many listeners is written once for each.
      const count = Math.min(
        places,
        countWithin(rest, ({ json }) => json.length, limits.batchBytes),
      );
      await takeIn(rest.slice(0, count), {
        add: (part) => this.#add(part),
        unreadable: this.#options.unreadable,
        logger: this.#options.logger,
        instruments: this.#options.instruments,
      });
      rest = rest.slice(count);
    }
  }

  async #fitting(entries: readonly InboxEntry[]): Promise<number> {
    const ready = await this.#readySoon(entries);
    return countFitting(entries, Math.max(1, this.#places.free), this.#batches, ready);
  }

  #add(entries: readonly InboxEntry[]): Promise<number> {
    const batches = beginWith(entries, this.#batches, this.#ready());
    const takesFollowing = entries.every(({ listener }) => batches.has(listener));
    return this.#claim((options) => this.#options.store.inbox.add(entries, { ...options, takesFollowing }), batches);
  }

  /**
   * The batch listeners that can begin with what arrives: a place is free, and nothing waits that came before. Where these
   * entries are for nobody else, it waits a moment for those that are quick, because a search costs more than a batch.
   */
  async #readySoon(entries: readonly InboxEntry[]): Promise<ReadonlySet<string>> {
    const listeners = new Set(entries.map(({ listener }) => listener));
    const mayWait =
      this.#single === 0 && [...listeners].every((name) => this.#batches.has(name) && !this.#slow.has(name));
    const areReady = (): boolean => {
      const ready = this.#ready();
      return this.#isStopping || [...listeners].every((name) => ready.has(name));
    };
    if (mayWait) await this.#waiters.until(areReady, quickMs);
    return this.#ready();
  }

  #ready(): ReadonlySet<string> {
    if (this.#batches.size === 0 || this.#emptyAt !== this.#changes) return new Set();
    const open = this.#places.open();
    return new Set([...this.#batches.keys()].filter((listener) => open.has(listener)));
  }

  async #turn(): Promise<number> {
    if (this.#suspects > 0) return placesPollMs;
    if (!(await this.#isMostlyFreeSoon()) && this.#places.free === 0) return placesPollMs;
    const changes = this.#changes;
    const isIdle = this.#attempts.count === 0;
    const count = (await this.#claimSingle()) + (await this.#claimBatches());
    if (count > 0 || changes !== this.#changes) return 0;
    // A message that waits behind one in hand can be claimed when that one ends.
    if (isIdle) {
      this.#emptyAt = changes;
      this.#waiters.wake();
    }
    return this.#restMs(changes);
  }

  async #claimSingle(): Promise<number> {
    if (this.#vain.restMs(single, this.#changes) > 0) return 0;
    return this.#claim((options) => this.#search(single, options));
  }

  /** Claims, and notes until when that would be in vain. */
  async #search(what: string, options: ClaimOptions): Promise<readonly Claim[]> {
    const changes = this.#changes;
    const longest = this.#options.store.restMs ?? defaultRestMs;
    const { claims, nextDueInMs = longest } = await this.#options.store.inbox.claim(options);
    if (claims.length > 0) this.#vain.forget(what);
    else this.#vain.note(what, changes, Math.min(nextDueInMs, longest));
    return claims;
  }

  /** Until the first of the searches is worth its cost again. */
  #restMs(changes: number): number {
    const searches = [single, ...[...this.#places.open().keys()].filter((listener) => this.#batches.has(listener))];
    return Math.max(1, Math.min(...searches.map((what) => this.#vain.restMs(what, changes))));
  }

  /** Whether half of the places are free now or in a moment. */
  #isMostlyFreeSoon(): Promise<boolean> {
    return this.#waiters.until(() => this.#places.areMostlyFree, gatherMs);
  }

  /**
   * Handles what `claim` returns, and returns how many there were. Their places are reserved in the meantime.
   *
   * @param batches the batch listeners to claim for as well, and how many messages for each.
   */
  async #claim(
    claim: (options: ClaimOptions) => Promise<readonly Claim[]>,
    batches: ReadonlyMap<string, number> = new Map(),
  ): Promise<number> {
    const { holder, leaseMs } = this.#options;
    const open = [...this.#places.open()].filter(([listener]) => !this.#batches.has(listener));
    const places = this.#places.free;
    const more = [...batches.values()].reduce((sum, count) => sum + count, 0);
    const limit = this.#suspects > 0 ? 0 : places + more;
    this.#places.reserve(places);
    let claims: readonly Claim[];
    try {
      claims = await claim({ listeners: new Map([...open, ...batches]), holder, limit, leaseMs });
    } finally {
      this.#places.giveUp(places);
    }
    for (const each of claims) if (!batches.has(each.listener)) this.#begin(each);
    for (const listener of batches.keys()) this.#beginBatch(claims.filter((each) => each.listener === listener));
    return claims.length;
  }

  #begin(claim: Claim): void {
    this.#places.take(claim.listener, claim.json.length);
    this.#single++;
    if (claim.isSuspect === true) this.#suspects++;
    this.#attempts.begin(claim);
  }

  /** Begins a batch for each batch listener that has a place and messages, and returns how many messages there were. */
  async #claimBatches(): Promise<number> {
    let count = 0;
    for (const [listener, { max }] of this.#batches) {
      if (this.#suspects > 0 || !this.#places.open().has(listener)) continue;
      if (this.#vain.restMs(listener, this.#changes) > 0) continue;
      const claims = await this.#claimBatch(listener, max);
      count += claims.length;
      this.#beginBatch(claims);
    }
    return count;
  }

  /** @param claims of one batch listener. */
  #beginBatch(claims: readonly Claim[]): void {
    const [first] = claims;
    const batch = this.#batches.get(first?.listener ?? '');
    if (first === undefined || batch === undefined) return;
    if (first.isSuspect === true) {
      this.#begin(first);
      return;
    }
    const { listener } = first;
    const { max, waitMs } = batch;
    const bytes = claims.reduce((sum, { json }) => sum + json.length, 0);
    this.#places.take(listener, bytes);
    const isFull = claims.length >= max || waitMs === 0;
    const gather = (): Promise<readonly Claim[]> => this.#gather(listener, max - claims.length, waitMs);
    const beganAt = performance.now();
    this.#attempts.beginBatch(claims, isFull ? none : gather, (areHandled) => {
      this.#places.leave(listener, bytes);
      if (performance.now() - beganAt > quickMs) this.#slow.add(listener);
      else this.#slow.delete(listener);
      this.#vain.forget(listener);
      this.#waiters.wake();
      // What was given back can be claimed again. Otherwise only what waits for this listener can be, if anything does.
      if (!areHandled) this.wake();
      else if (this.#emptyAt !== this.#changes) this.#pump.wake();
    });
  }

  async #claimBatch(listener: string, limit: number): Promise<readonly Claim[]> {
    const { holder, leaseMs } = this.#options;
    this.#places.reserve(1);
    try {
      const listeners = new Map([[listener, limit]]);
      return await this.#search(listener, { listeners, holder, limit, leaseMs, takesFollowing: true });
    } finally {
      this.#places.giveUp(1);
    }
  }

  /**
   * Waits for more messages and claims them for a batch, until it is full or its time is up. Suspects are left to the next
   * search.
   */
  async #gather(listener: string, room: number, waitMs: number): Promise<readonly Claim[]> {
    const deadline = performance.now() + waitMs;
    const leftMs = (): number => Math.max(0, deadline - performance.now());
    const gathered: Claim[] = [];
    try {
      for (;;) {
        if (await this.#waiters.until(() => this.#isStopping, Math.min(gatherMs, leftMs()))) return gathered;
        const isOver = leftMs() === 0;
        const changes = this.#changes;
        const more = await this.#claimBatch(listener, room - gathered.length);
        if (more[0]?.isSuspect === true) {
          await this.#options.store.inbox.extend(more, 0);
          return gathered;
        }
        gathered.push(...more);
        if (isOver || gathered.length >= room) return gathered;
        await this.#waiters.until(() => this.#isStopping || this.#changes !== changes, leftMs());
      }
    } catch (error) {
      const text = 'A batch could not claim more messages; it begins without them';
      this.#options.logger.warn({ listener, err: error }, text);
      return gathered;
    }
  }

  #beat(): void {
    void this.#attempts.extendLeases();
    for (const listener of this.#places.newlyStuck(stuckMs)) {
      const text = `Every place of \`${listener}\` has been taken for ${stuckMs / 1_000} s, and none has become free; its other messages wait. Find what it waits for, or give it a shorter \`.timeoutMs(…)\`.`;
      this.#options.logger.warn({ listener }, text);
    }
  }

  #handled({ listener, json, isSuspect }: Claim): void {
    this.#places.leave(listener, json.length);
    this.#single--;
    if (isSuspect === true) this.#suspects--;
    this.#waiters.wake();
    if (isSuspect === true || this.#emptyAt !== this.#changes) this.wake();
  }

  #wakeIn(delayMs: number): void {
    // Unreferenced, because a failure while the bus stops must not keep the process alive.
    startTimer(() => this.wake(), delayMs).unref();
  }
}

const none = async (): Promise<readonly Claim[]> => [];
