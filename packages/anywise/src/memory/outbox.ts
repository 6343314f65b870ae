import type { Envelope } from '../envelope.js';
import { orderKey } from '../envelope.js';
import type { Outbox, OutboxOutcome, OutboxRow, OutboxStatus, RelayLease } from '../store.js';

interface Row extends OutboxRow {
  readonly createdAt: number;
  readonly dueAt: number;
  readonly parked: boolean;
}

export class MemoryOutbox implements Outbox {
  readonly #now: () => number;
  readonly #rows = new Map<number, Row>();
  #lastSeq = 0;
  #lease: (RelayLease & { readonly endsAt: number }) | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  append(envelopes: readonly Envelope[]): void {
    const waiting = new Set([...this.#rows.values()].map(({ envelope }) => envelope.id));
    for (const envelope of envelopes.filter(({ id }) => !waiting.has(id))) {
      const seq = ++this.#lastSeq;
      this.#rows.set(seq, { seq, envelope, attempts: 0, createdAt: this.#now(), dueAt: 0, parked: false });
    }
  }

  async lease(holder: string, leaseMs: number): Promise<RelayLease | undefined> {
    const now = this.#now();
    const current = this.#lease;
    if (current !== undefined && current.holder !== holder && current.endsAt > now) return undefined;
    const epoch = current === undefined ? 1 : current.holder === holder ? current.epoch : current.epoch + 1;
    this.#lease = { holder, epoch, endsAt: now + leaseMs };
    return { holder, epoch };
  }

  async pending(limit: number): Promise<readonly OutboxRow[]> {
    const waitingKeys = new Set<string>();
    const due: OutboxRow[] = [];
    for (const row of this.#rows.values()) {
      const key = orderKey(row.envelope);
      const waits = row.parked || row.dueAt > this.#now();
      if (waits && key !== undefined) waitingKeys.add(key);
      else if (!waits && (key === undefined || !waitingKeys.has(key))) due.push(row);
      if (due.length === limit) break;
    }
    return due;
  }

  async settle(lease: RelayLease, outcomes: readonly OutboxOutcome[]): Promise<boolean> {
    if (!this.#holds(lease)) return false;
    for (const outcome of outcomes) this.#settleOne(outcome);
    return true;
  }

  async release(lease: RelayLease): Promise<void> {
    if (this.#lease !== undefined && this.#holds(lease)) this.#lease = { ...this.#lease, endsAt: 0 };
  }

  async status(): Promise<OutboxStatus> {
    const rows = [...this.#rows.values()];
    const waiting = rows.filter(({ parked }) => !parked);
    const oldest = waiting[0];
    return {
      waiting: waiting.length,
      parked: rows.length - waiting.length,
      oldestMs: oldest === undefined ? 0 : this.#now() - oldest.createdAt,
    };
  }

  #holds({ holder, epoch }: RelayLease): boolean {
    return this.#lease?.holder === holder && this.#lease.epoch === epoch;
  }

  #settleOne(outcome: OutboxOutcome): void {
    const row = this.#rows.get(outcome.seq);
    if (row === undefined) return;
    if (outcome.outcome === 'confirmed') {
      this.#rows.delete(row.seq);
      return;
    }
    const parked = outcome.outcome === 'parked';
    const dueAt = outcome.outcome === 'retry' ? this.#now() + outcome.retryInMs : row.dueAt;
    this.#rows.set(row.seq, { ...row, attempts: row.attempts + 1, parked, dueAt });
  }
}
