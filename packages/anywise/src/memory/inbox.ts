import type { Mutex } from '../kit/mutex.js';
import { defaultCountLimit } from '../core/ports/bounded-count.js';
import type { Claim, ClaimOptions, Claimed, FailedClaim, Inbox, InboxEntry, InboxStatus } from '../core/ports/inbox.js';
import type { FailedAttempt, InboxRef } from '../core/ports/dead-letters.js';
import type { StoreChanged } from '../core/ports/store.js';
import { keptAttempts } from '../kit/failed-attempts.js';
import { limits } from '../core/message/limits.js';
import { countWithin } from '../kit/batches.js';
import { deadState } from '../kit/dead-state.js';
import { soonest } from '../kit/next-due.js';
import { headsOf, statusOf, take, withFollowing, type Row } from './rows.js';

export class MemoryInbox implements Inbox {
  readonly #now: () => number;
  readonly #writer: Mutex;
  readonly #changed: StoreChanged;
  readonly #rows = new Map<string, Row>();
  #lastSeq = 0;

  constructor(now: () => number, writer: Mutex, changed: StoreChanged) {
    this.#now = now;
    this.#writer = writer;
    this.#changed = changed;
  }

  /** The oldest first. */
  rows(): Iterable<Row> {
    return this.#rows.values();
  }

  /** The number given last. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  insert(entries: readonly InboxEntry[]): void {
    const now = this.#now();
    for (const { listener, source, id, type, key, json, error, correlationId, causationId } of entries) {
      const identity = identityOf({ listener, source, id });
      if (this.#rows.has(identity)) continue;
      this.#rows.set(identity, {
        listener,
        source,
        id,
        type,
        key,
        json,
        seq: ++this.#lastSeq,
        receivedAt: now,
        state: error === undefined ? 'ready' : 'dead',
        at: error === undefined ? 0 : now,
        original: undefined,
        attempts: 0,
        isAlone: false,
        lease: undefined,
        error,
        failures: [],
        isReplayed: false,
        correlationId,
        causationId,
      });
    }
  }

  holds(claim: Claim): boolean {
    const row = this.#rows.get(identityOf(claim));
    return row?.state === 'running' && row.lease === claim.lease;
  }

  finish(claim: Claim): void {
    this.#update(claim, { state: 'handled', at: this.#now(), lease: undefined, failures: [] });
  }

  clean(before: number): void {
    for (const [identity, { state, at }] of this.#rows)
      if (state === 'handled' && at < before) this.#rows.delete(identity);
  }

  async add(entries: readonly InboxEntry[], claim?: ClaimOptions): Promise<readonly Claim[]> {
    const isNew = (row: Row): boolean => row.seq > before;
    let before = 0;
    const claims = await this.write(() => {
      before = this.#lastSeq;
      this.insert(entries);
      return claim === undefined ? [] : this.#claim(claim, isNew);
    });
    const isLeft = [...this.#rows.values()].some((row) => isNew(row) && row.state === 'ready');
    if (isLeft) this.#changed('inbox');
    return claims;
  }

  async claim(options: ClaimOptions): Promise<Claimed> {
    return this.write(() => {
      const claims = this.#claim(options, () => true);
      return { claims, nextDueInMs: claims.length > 0 ? 0 : soonest(this.#timesUntilDue(options)) };
    });
  }

  *#timesUntilDue({ listeners }: ClaimOptions): Iterable<number> {
    const now = this.#now();
    for (const { listener, state, at } of this.#rows.values()) {
      if (listeners.has(listener) && (state === 'ready' || state === 'running') && at > now) yield at - now;
    }
  }

  #claim(
    { listeners, limit, leaseMs, takesFollowing = false }: ClaimOptions,
    mayBe: (row: Row) => boolean,
  ): readonly Claim[] {
    const now = this.#now();
    const rows = [...this.#rows.values()];
    const places = new Map(listeners);
    for (const { listener, state } of rows) if (state === 'blocking') places.delete(listener);
    const due = headsOf(rows).filter((row) => mayBe(row) && row.state !== 'parked' && row.at <= now);
    const suspect = due.find(({ state, listener }) => state === 'running' && places.has(listener));
    if (suspect !== undefined && limit > 0) return [take(suspect, now + leaseMs)];
    const chosen: Row[] = [];
    for (const row of due) {
      const left = places.get(row.listener) ?? 0;
      if (chosen.length === limit) break;
      if (left === 0) continue;
      places.set(row.listener, left - 1);
      chosen.push(row);
    }
    const wanted = takesFollowing ? withFollowing(chosen, rows, now).slice(0, limit) : chosen;
    const count = countWithin(wanted, ({ json }) => Buffer.byteLength(json), limits.batchBytes);
    return wanted.slice(0, count).map((row) => take(row, now + leaseMs));
  }

  async extend(claims: readonly Claim[], leaseMs: number, isAlone?: boolean): Promise<readonly Claim[]> {
    return this.write(() => {
      const lost = claims.filter((claim) => !this.holds(claim));
      const change = { at: this.#now() + leaseMs, ...(isAlone === true && { isAlone }) };
      for (const claim of claims) if (this.holds(claim)) this.#update(claim, change);
      return lost;
    });
  }

  async fail(claim: Claim, failure: FailedClaim): Promise<void> {
    await this.write(() => {
      if (!this.holds(claim)) return;
      if (failure.outcome === 'dead') {
        const state = deadState(failure.onDead, claim.key);
        const failures = this.#failuresWith(claim, failure);
        this.#update(claim, {
          state,
          at: this.#now(),
          lease: undefined,
          isAlone: false,
          error: failure.error,
          failures,
          isReplayed: false,
        });
        return;
      }
      const attempts = claim.attempt - (failure.free === true ? 1 : 0);
      const at = this.#now() + failure.retryInMs;
      const failures = this.#failuresWith(claim, failure);
      this.#update(claim, {
        state: 'ready',
        at,
        attempts,
        lease: undefined,
        isAlone: false,
        error: failure.error,
        failures,
        ...(failure.free !== true && { isReplayed: false }),
      });
    });
  }

  async release(claims: readonly Claim[]): Promise<void> {
    await this.write(() => {
      for (const claim of claims) {
        if (this.holds(claim))
          this.#update(claim, {
            state: 'ready',
            at: 0,
            attempts: claim.attempt - 1,
            lease: undefined,
            isAlone: false,
          });
      }
    });
  }

  async status(limit = defaultCountLimit): Promise<InboxStatus> {
    return statusOf(this.#rows.values(), this.#now(), limit);
  }

  /** Waits for its turn, then changes rows. */
  async write<T>(work: () => T): Promise<T> {
    const release = await this.#writer.acquire();
    try {
      return work();
    } finally {
      release();
    }
  }

  #failuresWith(claim: Claim, failure: FailedClaim): readonly FailedAttempt[] {
    const before = this.#rows.get(identityOf(claim))?.failures ?? [];
    if (failure.outcome === 'retry' && failure.free === true) return before;
    const { error, thrown } = failure;
    const latest = { attempt: claim.attempt, at: this.#now(), name: thrown?.name, error, stack: thrown?.stack };
    return [...before, latest].slice(-keptAttempts);
  }

  #update(claim: Claim, change: Partial<Row>): void {
    const row = this.#rows.get(identityOf(claim));
    if (row !== undefined) Object.assign(row, change);
  }
}

function identityOf({ listener, source, id }: InboxRef): string {
  return JSON.stringify([listener, source, id]);
}
