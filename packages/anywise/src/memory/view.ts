import { orderKey } from '../core/message/envelope.js';
import type { BoundedCount } from '../core/ports/bounded-count.js';
import type {
  DeadGroup,
  InboxFilter,
  InboxRow,
  OutboxFilter,
  OutboxView,
  Page,
  Seen,
  StoreCounts,
  StoreView,
} from '../core/ports/store-view.js';
import { boundedCount } from '../kit/bounded-count.js';
import { deadGroupsOf } from '../kit/dead-groups.js';
import { KeptCounts } from '../kit/kept-counts.js';
import { holdsUp } from '../kit/dead-state.js';
import { inboxStateOf, inOrder } from '../kit/view.js';
import type { MemoryInbox } from './inbox.js';
import type { MemoryOutbox, Row as OutboxRow } from './outbox.js';
import type { Row } from './rows.js';

export class MemoryView implements StoreView {
  readonly #inbox: MemoryInbox;
  readonly #outbox: MemoryOutbox;
  readonly #now: () => number;
  readonly #kept = new KeptCounts((limit) => this.#count(limit));

  constructor(inbox: MemoryInbox, outbox: MemoryOutbox, now: () => number) {
    this.#inbox = inbox;
    this.#outbox = outbox;
    this.#now = now;
  }

  counts(limit?: number, maxAgeMs?: number): Promise<StoreCounts> {
    return this.#kept.read(limit, maxAgeMs);
  }

  async #count(limit: number): Promise<StoreCounts> {
    const [inbox, outbox] = await Promise.all([this.#inbox.status(limit), this.#outbox.status(limit)]);
    const lastSeq = { inbox: this.#inbox.lastSeq, outbox: this.#outbox.lastSeq };
    return { at: this.#now(), inbox, outbox, lastSeq };
  }

  async behind(listener: string, keys: readonly string[], limit: number): Promise<readonly BoundedCount[]> {
    const rows = [...this.#inbox.rows()];
    return keys.map((key) => {
      const [head, ...others] = rows.filter((row) => isWanted(row, { listener, key }));
      return boundedCount(head?.state === 'parked' ? others.length : 0, limit);
    });
  }

  async inbox(filter: InboxFilter, { limit, after = 0 }: Page): Promise<readonly InboxRow[]> {
    return [...this.#inbox.rows()]
      .filter((row) => row.seq > after && isWanted(row, filter))
      .slice(0, limit)
      .map(inboxRowOf);
  }

  async outbox(filter: OutboxFilter, { limit, after = 0 }: Page): Promise<readonly OutboxView[]> {
    const rows = [...this.#outbox.rows()].filter(({ envelope, state }) =>
      'id' in filter ? envelope.id === filter.id : state === filter.state,
    );
    const isScheduled = 'state' in filter && filter.state === 'scheduled';
    if (!isScheduled)
      return pageOf(
        rows.filter(({ seq }) => seq > after),
        limit,
      );
    const byDue = rows.sort((a, b) => a.dueAt - b.dueAt || a.seq - b.seq);
    return pageOf(byDue.slice(byDue.findIndex(({ seq }) => seq === after) + 1), limit);
  }

  async deadGroups(limit: number): Promise<readonly DeadGroup[]> {
    const letters = [...this.#inbox.rows()].flatMap(({ listener, type, error = '', state, at }) =>
      state in holdsUp ? [{ listener, type, error, holdsUp: holdsUp[state as keyof typeof holdsUp], diedAt: at }] : [],
    );
    return deadGroupsOf(letters, limit);
  }

  async conversation(id: string, limit: number): Promise<readonly Seen[]> {
    const all = [...this.#inboxSeen(), ...this.#outboxSeen()];
    const isKnown = all.some(({ correlationId }) => correlationId === id);
    const wanted = isKnown ? id : all.find((seen) => seen.id === id)?.correlationId;
    const seen = all.filter(({ correlationId }) => correlationId === wanted);
    const of = (part: Seen['part']): readonly Seen[] => seen.filter((one) => one.part === part).slice(0, limit);
    return inOrder([...of('inbox'), ...of('outbox')]);
  }

  #inboxSeen(): Seen[] {
    return [...this.#inbox.rows()].flatMap((row) => {
      const { correlationId, causationId } = row;
      if (correlationId === undefined) return [];
      const { receivedAt, ...shown } = inboxRowOf(row);
      return [{ part: 'inbox' as const, ...shown, correlationId, causationId, since: receivedAt }];
    });
  }

  #outboxSeen(): Seen[] {
    return [...this.#outbox.rows()].map(({ seq, envelope, state, attempts, error, createdAt, dueAt }) => {
      const { id, source, type } = envelope;
      const shown = { seq, id, source, type, key: orderKey(envelope), state, attempts, error };
      const { correlationid: correlationId, causationid: causationId } = envelope;
      return { part: 'outbox' as const, ...shown, correlationId, causationId, since: createdAt, at: dueAt };
    });
  }
}

function isWanted(row: Row, filter: InboxFilter): boolean {
  if ('id' in filter) return row.id === filter.id;
  if ('key' in filter) return row.listener === filter.listener && row.key === filter.key && isInLane(row);
  return (
    inboxStateOf(row.state) === filter.state && (filter.listener === undefined || row.listener === filter.listener)
  );
}

function isInLane({ state }: Row): boolean {
  return state === 'ready' || state === 'running' || state === 'parked';
}

function inboxRowOf(row: Row): InboxRow {
  const { seq, listener, source, id, type, key, attempts, error, receivedAt, at } = row;
  return { seq, listener, source, id, type, key, state: inboxStateOf(row.state), attempts, error, receivedAt, at };
}

function pageOf(rows: readonly OutboxRow[], limit: number): readonly OutboxView[] {
  return rows.slice(0, limit).map(({ seq, envelope, state, attempts, error, createdAt, dueAt }) => {
    return { seq, id: envelope.id, state, envelope, attempts, error, createdAt, dueAt };
  });
}
