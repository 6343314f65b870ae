import { limits } from '../core/message/limits.js';
import { storable } from '../core/message/storable-text.js';
import type { BoundedCount } from '../core/ports/bounded-count.js';
import type { SqlValue } from '../core/ports/sql.js';
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
import { countWithin } from '../kit/batches.js';
import { boundedCount } from '../kit/bounded-count.js';
import { deadGroupsOf } from '../kit/dead-groups.js';
import { KeptCounts } from '../kit/kept-counts.js';
import { laneOf } from '../kit/lanes.js';
import {
  groupedLetterOf,
  inboxRowOf,
  inboxSeenOf,
  inOrder,
  outboxSeenOf,
  outboxViewOf,
  type Linked,
  type StoredInboxRow,
  type StoredLetter,
  type StoredOutboxRow,
} from '../kit/view.js';
import type { Connection } from './client.js';
import type { Database } from './database.js';
import { inboxStatus, outboxStatus } from './status.js';
import * as sql from './view-sql.js';

export class SqliteView implements StoreView {
  readonly #reader: Connection;
  readonly #kept = new KeptCounts((limit) => this.#count(limit));

  constructor({ connections }: Database) {
    this.#reader = connections.reader;
  }

  counts(limit?: number, maxAgeMs?: number): Promise<StoreCounts> {
    return this.#kept.read(limit, maxAgeMs);
  }

  async #count(limit: number): Promise<StoreCounts> {
    const inbox = inboxStatus(this.#reader, limit);
    const outbox = outboxStatus(this.#reader, limit);
    const last = this.#reader.get<{ at: number; inbox: number; outbox: number }>(sql.lastSeq);
    return { at: last?.at ?? 0, inbox, outbox, lastSeq: { inbox: last?.inbox ?? 0, outbox: last?.outbox ?? 0 } };
  }

  async behind(listener: string, keys: readonly string[], limit: number): Promise<readonly BoundedCount[]> {
    const lanes = JSON.stringify(keys.map((key) => storable(laneOf(key, ''))));
    const rows = this.#reader.all<{ behind: number }>(sql.behindHeads, lanes, listener, limit + 1);
    return rows.map(({ behind }) => boundedCount(behind, limit));
  }

  async inbox(filter: InboxFilter, { limit, after = 0 }: Page): Promise<readonly InboxRow[]> {
    return this.#inboxRows(filter, after, limit).map(inboxRowOf);
  }

  #inboxRows(filter: InboxFilter, after: number, limit: number): readonly StoredInboxRow[] {
    const all = (text: string, ...values: readonly SqlValue[]): readonly StoredInboxRow[] =>
      this.#reader.all<StoredInboxRow>(text, after, limit, ...values);
    if ('id' in filter) return all(sql.inboxById, filter.id);
    if ('key' in filter) return all(sql.inboxLane, filter.listener, laneOf(filter.key, ''));
    const { state, listener } = filter;
    return listener === undefined ? all(sql.inboxByState[state]) : all(sql.inboxOfListener[state], listener);
  }

  async outbox(filter: OutboxFilter, { limit, after = 0 }: Page): Promise<readonly OutboxView[]> {
    const sized = this.#reader.all<{ seq: number; size: number }>(
      'id' in filter ? sql.outboxById : sql.outboxByState[filter.state],
      after,
      limit,
      ...('id' in filter ? [filter.id] : []),
    );
    const count = countWithin(sized, ({ size }) => size, limits.batchBytes);
    const wanted = JSON.stringify(sized.slice(0, count).map(({ seq }) => seq));
    return this.#reader.all<StoredOutboxRow>(sql.outboxRows, wanted).map(outboxViewOf);
  }

  async deadGroups(limit: number): Promise<readonly DeadGroup[]> {
    const letters = this.#reader.all<StoredLetter>(sql.deadLetters);
    return deadGroupsOf(letters.map(groupedLetterOf), limit);
  }

  async conversation(id: string, limit: number): Promise<readonly Seen[]> {
    const found = this.#reader.get<{ correlation: string }>(sql.correlationOf, id);
    if (found === undefined) return [];
    const { correlation } = found;
    const inbox = this.#reader.all<StoredInboxRow & Linked>(sql.inboxSeen, correlation, limit);
    const outbox = this.#reader.all<StoredOutboxRow & Linked>(sql.outboxSeen, correlation, limit);
    return inOrder([...inbox.map(inboxSeenOf), ...outbox.map(outboxSeenOf)]);
  }
}
