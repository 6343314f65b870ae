import type { Envelope } from '../core/message/envelope.js';
import { orderKey } from '../core/message/envelope.js';
import { defaultCountLimit, type BoundedCount } from '../core/ports/bounded-count.js';
import { boundedCount } from '../kit/bounded-count.js';
import { relayHolder } from '../kit/relay-holder.js';
import { limits } from '../core/message/limits.js';
import { countWithin } from '../kit/batches.js';
import type { Mutex } from '../kit/mutex.js';
import { soonest } from '../kit/next-due.js';
import type {
  Outbox,
  OutboxOutcome,
  ReadableOutboxRow,
  OutboxStatus,
  RelayLease,
  ScheduledEnvelope,
  SendableRows,
} from '../core/ports/outbox.js';

export interface Row extends ReadableOutboxRow {
  /** The port has a diagram of the states. */
  readonly state: 'scheduled' | 'waiting' | 'parked';
  readonly createdAt: number;
  readonly dueAt: number;
  readonly error?: string;
  /** How large the envelope is as JSON. */
  readonly bytes: number;
}

export class MemoryOutbox implements Outbox {
  readonly #now: () => number;
  readonly #writer: Mutex;
  /** By id. */
  readonly #rows = new Map<string, Row>();
  #lastSeq = 0;
  #lease: (RelayLease & { readonly endsAt: number }) | undefined;

  constructor(now: () => number, writer: Mutex) {
    this.#now = now;
    this.#writer = writer;
  }

  append(envelopes: readonly Envelope[]): void {
    for (const envelope of envelopes) this.#insert(envelope, { state: 'waiting', dueAt: 0 });
  }

  schedule(scheduled: readonly ScheduledEnvelope[]): void {
    for (const { envelope, due } of scheduled) {
      this.#insert(envelope, { state: 'scheduled', dueAt: 'at' in due ? due.at : this.#now() + due.delayMs });
    }
  }

  /** The oldest first. */
  rows(): Iterable<Row> {
    return this.#rows.values();
  }

  /** The number given last. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  find(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  set(row: Row): void {
    this.#rows.set(row.envelope.id, row);
  }

  delete(id: string): void {
    this.#rows.delete(id);
  }

  async lease(holder: string, leaseMs: number): Promise<RelayLease | undefined> {
    const now = this.#now();
    const current = this.#lease;
    if (current !== undefined && current.holder !== holder && current.endsAt > now) return undefined;
    const epoch = current === undefined ? 1 : current.holder === holder ? current.epoch : current.epoch + 1;
    this.#lease = { holder, epoch, endsAt: now + leaseMs };
    return { holder, epoch };
  }

  async sendable(limit: number): Promise<SendableRows> {
    const isDue = ({ state, dueAt }: Row): boolean => state === 'scheduled' && dueAt <= this.#now();
    if ([...this.#rows.values()].some(isDue)) await this.#admit(isDue);
    const heldKeys = new Set<string>();
    const due: Row[] = [];
    for (const row of this.#rows.values()) {
      if (row.state === 'scheduled') continue;
      const key = orderKey(row.envelope);
      const waits = row.state === 'parked' || row.dueAt > this.#now();
      if (waits && key !== undefined) heldKeys.add(key);
      else if (!waits && (key === undefined || !heldKeys.has(key))) due.push(row);
      if (due.length === limit) break;
    }
    const count = countWithin(due, ({ bytes }) => bytes, limits.batchBytes);
    const rows = due.slice(0, count);
    return { rows, ...(rows.length === 0 && { nextDueInMs: soonest(this.#timesUntilDue()) }) };
  }

  *#timesUntilDue(): Iterable<number> {
    const now = this.#now();
    for (const { state, dueAt } of this.#rows.values()) {
      if (state === 'scheduled' || (state === 'waiting' && dueAt > now)) yield Math.max(0, dueAt - now);
    }
  }

  async settle(lease: RelayLease, outcomes: readonly OutboxOutcome[]): Promise<boolean> {
    if (!this.#holds(lease)) return false;
    const ids = new Map([...this.#rows.values()].map(({ seq, envelope }) => [seq, envelope.id]));
    for (const outcome of outcomes) this.#settleOne(this.#rows.get(ids.get(outcome.seq) ?? ''), outcome);
    return true;
  }

  async release(lease: RelayLease): Promise<void> {
    if (this.#lease !== undefined && this.#holds(lease)) this.#lease = { ...this.#lease, endsAt: 0 };
  }

  async status(limit = defaultCountLimit): Promise<OutboxStatus> {
    const rows = [...this.#rows.values()];
    const count = (wanted: Row['state']): BoundedCount =>
      boundedCount(rows.filter(({ state }) => state === wanted).length, limit);
    const created = rows.filter(({ state }) => state === 'waiting').map(({ createdAt }) => createdAt);
    return {
      waiting: count('waiting'),
      scheduled: count('scheduled'),
      parked: count('parked'),
      oldestMs: created.length === 0 ? 0 : this.#now() - Math.min(...created),
      ...(this.#lease && { relay: relayHolder(this.#lease.holder, this.#lease.endsAt - this.#now()) }),
    };
  }

  #insert(envelope: Envelope, row: Pick<Row, 'state' | 'dueAt'>): void {
    if (this.#rows.has(envelope.id)) return;
    const bytes = Buffer.byteLength(JSON.stringify(envelope));
    this.set({ seq: ++this.#lastSeq, envelope, attempts: 0, createdAt: this.#now(), bytes, ...row });
  }

  /** Waits for its turn, so that no message leaves that a transaction is about to cancel. */
  async #admit(isDue: (row: Row) => boolean): Promise<void> {
    const release = await this.#writer.acquire();
    for (const row of [...this.#rows.values()].filter(isDue)) {
      this.set({ ...row, state: 'waiting', createdAt: Math.max(row.createdAt, row.dueAt) });
    }
    release();
  }

  #holds({ holder, epoch }: RelayLease): boolean {
    return this.#lease?.holder === holder && this.#lease.epoch === epoch;
  }

  #settleOne(row: Row | undefined, outcome: OutboxOutcome): void {
    if (row === undefined) return;
    if (outcome.outcome === 'confirmed') {
      this.#rows.delete(row.envelope.id);
      return;
    }
    const failed = { ...row, attempts: row.attempts + 1, error: outcome.error };
    if (outcome.outcome === 'parked') this.set({ ...failed, state: 'parked' });
    else this.set({ ...failed, dueAt: this.#now() + outcome.retryInMs });
  }
}
