import { randomUUID } from 'node:crypto';
import type { Mutex } from '../mutex.js';
import type { Claim, ClaimOptions, FailedClaim, Inbox, InboxEntry, InboxStatus } from '../store.js';

type State = 'ready' | 'running' | 'handled' | 'parked' | 'dead';

interface Row extends InboxEntry {
  readonly seq: number;
  readonly receivedAt: number;
  state: State;
  /** When a ready message is due, a running one's lease ends, or a handled one was handled. */
  at: number;
  attempts: number;
  lease: string | undefined;
}

const unfinished: ReadonlySet<State> = new Set(['ready', 'running', 'parked']);

export class MemoryInbox implements Inbox {
  readonly #now: () => number;
  readonly #writer: Mutex;
  readonly #changed: () => void;
  readonly #rows = new Map<string, Row>();
  #lastSeq = 0;

  constructor(now: () => number, writer: Mutex, changed: () => void) {
    this.#now = now;
    this.#writer = writer;
    this.#changed = changed;
  }

  insert(entries: readonly InboxEntry[]): void {
    const now = this.#now();
    for (const entry of entries) {
      const identity = identityOf(entry);
      if (this.#rows.has(identity)) continue;
      const state = entry.dead === undefined ? 'ready' : 'dead';
      this.#rows.set(identity, {
        ...entry,
        seq: ++this.#lastSeq,
        receivedAt: now,
        state,
        at: 0,
        attempts: 0,
        lease: undefined,
      });
    }
  }

  holds(claim: Claim): boolean {
    const row = this.#rows.get(identityOf(claim));
    return row?.state === 'running' && row.lease === claim.lease;
  }

  finish(claim: Claim): void {
    this.#update(claim, { state: 'handled', at: this.#now(), lease: undefined });
  }

  clean(before: number): void {
    for (const [identity, { state, at }] of this.#rows)
      if (state === 'handled' && at < before) this.#rows.delete(identity);
  }

  async add(entries: readonly InboxEntry[]): Promise<void> {
    await this.#write(() => this.insert(entries));
    this.#changed();
  }

  async claim({ listeners, limit, leaseMs }: ClaimOptions): Promise<readonly Claim[]> {
    return this.#write(() => {
      const now = this.#now();
      const wanted = new Set(listeners);
      const heldKeys = new Set<string>();
      const claims: Claim[] = [];
      for (const row of this.#rows.values()) {
        if (claims.length === limit) break;
        if (!wanted.has(row.listener) || !unfinished.has(row.state)) continue;
        const held = row.key === undefined ? undefined : JSON.stringify([row.listener, row.key]);
        const isHead = held === undefined || !heldKeys.has(held);
        if (held !== undefined) heldKeys.add(held);
        if (!isHead || row.state === 'parked' || row.at > now) continue;
        Object.assign(row, { state: 'running', at: now + leaseMs, attempts: row.attempts + 1, lease: randomUUID() });
        claims.push(claimOf(row));
      }
      return claims;
    });
  }

  async extend(claims: readonly Claim[], leaseMs: number): Promise<readonly Claim[]> {
    return this.#write(() => {
      const lost = claims.filter((claim) => !this.holds(claim));
      for (const claim of claims) if (this.holds(claim)) this.#update(claim, { at: this.#now() + leaseMs });
      return lost;
    });
  }

  async fail(claim: Claim, failure: FailedClaim): Promise<void> {
    await this.#write(() => {
      if (!this.holds(claim)) return;
      if ('dead' in failure) {
        this.#update(claim, { state: failure.dead === 'park' ? 'parked' : 'dead', lease: undefined });
        return;
      }
      const attempts = claim.attempt - (failure.free === true ? 1 : 0);
      this.#update(claim, { state: 'ready', at: this.#now() + failure.retryInMs, attempts, lease: undefined });
    });
  }

  async release(claims: readonly Claim[]): Promise<void> {
    await this.#write(() => {
      for (const claim of claims) {
        if (this.holds(claim))
          this.#update(claim, { state: 'ready', at: 0, attempts: claim.attempt - 1, lease: undefined });
      }
    });
  }

  async status(): Promise<InboxStatus> {
    const rows = [...this.#rows.values()];
    const count = (...states: State[]): number => rows.filter(({ state }) => states.includes(state)).length;
    const oldest = rows.find(({ state }) => state === 'ready');
    return {
      waiting: count('ready'),
      running: count('running'),
      dead: count('dead', 'parked'),
      oldestMs: oldest === undefined ? 0 : this.#now() - oldest.receivedAt,
    };
  }

  #update(claim: Claim, change: Partial<Row>): void {
    const row = this.#rows.get(identityOf(claim));
    if (row !== undefined) Object.assign(row, change);
  }

  async #write<T>(work: () => T): Promise<T> {
    const release = await this.#writer.acquire();
    try {
      return work();
    } finally {
      release();
    }
  }
}

function identityOf({ listener, id }: { listener: string; id: string }): string {
  return JSON.stringify([listener, id]);
}

function claimOf(row: Row): Claim {
  const { seq, listener, id, type, key, json, lease, attempts } = row;
  return { seq, listener, id, type, key, json, lease: lease ?? '', attempt: attempts };
}
