import { envelopeIn, orderKey } from '../core/message/envelope.js';
import type {
  DeadGroup,
  InboxFilter,
  InboxRow,
  InboxState,
  OutboxFilter,
  OutboxView,
  Page,
  Seen,
  StoreCounts,
  StoreView,
} from '../core/ports/store-view.js';
import { deadGroupsOf } from '../kit/dead-groups.js';
import { holdsUp } from '../kit/dead-state.js';
import type { MemoryInbox } from './inbox.js';
import type { MemoryOutbox, Row as OutboxRow } from './outbox.js';
import type { Row } from './rows.js';

export class MemoryView implements StoreView {
  readonly #inbox: MemoryInbox;
  readonly #outbox: MemoryOutbox;
  readonly #now: () => number;

  constructor(inbox: MemoryInbox, outbox: MemoryOutbox, now: () => number) {
    this.#inbox = inbox;
    this.#outbox = outbox;
    this.#now = now;
  }

  async counts(limit?: number): Promise<StoreCounts> {
    const [inbox, outbox] = await Promise.all([this.#inbox.status(limit), this.#outbox.status(limit)]);
    const lastSeq = { inbox: this.#inbox.lastSeq, outbox: this.#outbox.lastSeq };
    return { at: this.#now(), inbox, outbox, lastSeq };
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
    return [...of('inbox'), ...of('outbox')].sort((a, b) => a.since - b.since);
  }

  #inboxSeen(): Seen[] {
    return [...this.#inbox.rows()].flatMap((row) => {
      const envelope = envelopeIn(row.original ?? row.json);
      if (envelope === undefined) return [];
      const { receivedAt, ...shown } = inboxRowOf(row);
      return [{ part: 'inbox' as const, ...shown, ...linksOf(envelope), since: receivedAt }];
    });
  }

  #outboxSeen(): Seen[] {
    return [...this.#outbox.rows()].map(({ seq, envelope, state, attempts, error, createdAt, dueAt }) => {
      const { id, source, type } = envelope;
      const shown = { seq, id, source, type, key: orderKey(envelope), state, attempts, error };
      return { part: 'outbox' as const, ...shown, ...linksOf(envelope), since: createdAt, at: dueAt };
    });
  }
}

function isWanted(row: Row, filter: InboxFilter): boolean {
  if ('id' in filter) return row.id === filter.id;
  if ('key' in filter) return row.listener === filter.listener && row.key === filter.key && isInLane(row);
  return stateOf(row) === filter.state && (filter.listener === undefined || row.listener === filter.listener);
}

function isInLane({ state }: Row): boolean {
  return state === 'ready' || state === 'running' || state === 'parked';
}

function stateOf({ state }: Row): InboxState {
  if (state === 'ready') return 'waiting';
  return state === 'running' || state === 'handled' ? state : 'dead';
}

function inboxRowOf(row: Row): InboxRow {
  const { seq, listener, source, id, type, key, attempts, error, receivedAt, at } = row;
  return { seq, listener, source, id, type, key, state: stateOf(row), attempts, error, receivedAt, at };
}

function pageOf(rows: readonly OutboxRow[], limit: number): readonly OutboxView[] {
  return rows.slice(0, limit).map(({ seq, envelope, state, attempts, error, createdAt, dueAt }) => {
    return { seq, id: envelope.id, state, envelope, attempts, error, createdAt, dueAt };
  });
}

function linksOf(envelope: {
  readonly id: string;
  readonly correlationid?: string | undefined;
  readonly causationid?: string | undefined;
}): Pick<Seen, 'correlationId' | 'causationId'> {
  return { correlationId: envelope.correlationid ?? envelope.id, causationId: envelope.causationid };
}
