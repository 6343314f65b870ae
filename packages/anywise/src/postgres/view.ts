import { limits } from '../core/message/limits.js';
import { storable } from '../core/message/storable-text.js';
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
import { countWithin } from '../kit/batches.js';
import { boundedCount } from '../kit/bounded-count.js';
import { deadGroupsOf } from '../kit/dead-groups.js';
import { KeptCounts } from '../kit/kept-counts.js';
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
import type { Database } from './database.js';
import { storedLane } from './lanes.js';
import { inboxStatus, outboxStatus } from './status.js';
import { viewSql, type ViewSql } from './view-sql.js';

export class PostgresView implements StoreView {
  readonly #database: Database;
  readonly #schema: string;
  readonly #sql: ViewSql;
  readonly #kept = new KeptCounts((limit) => this.#count(limit));

  /** @param schema the quoted name. */
  constructor(database: Database, schema: string) {
    this.#database = database;
    this.#schema = schema;
    this.#sql = viewSql(schema);
  }

  counts(limit?: number, maxAgeMs?: number): Promise<StoreCounts> {
    return this.#kept.read(limit, maxAgeMs);
  }

  async #count(limit: number): Promise<StoreCounts> {
    const [inbox, outbox, [last]] = await Promise.all([
      inboxStatus(this.#database, this.#schema, limit),
      outboxStatus(this.#database, this.#schema, limit),
      this.#all<{ at: number; inbox: number; outbox: number }>(this.#sql.lastSeq),
    ]);
    return { at: last?.at ?? 0, inbox, outbox, lastSeq: { inbox: last?.inbox ?? 0, outbox: last?.outbox ?? 0 } };
  }

  async behind(listener: string, keys: readonly string[], limit: number): Promise<readonly BoundedCount[]> {
    const lanes = keys.map((key) => storedLane(key, ''));
    const rows = await this.#all<{ behind: number }>(this.#sql.behindHeads, lanes, storable(listener), limit + 1);
    return rows.map(({ behind }) => boundedCount(behind, limit));
  }

  async inbox(filter: InboxFilter, { limit, after = 0 }: Page): Promise<readonly InboxRow[]> {
    return (await this.#inboxRows(filter, after, limit)).map(inboxRowOf);
  }

  #inboxRows(filter: InboxFilter, after: number, limit: number): Promise<readonly StoredInboxRow[]> {
    const all = (text: string, ...texts: readonly string[]): Promise<readonly StoredInboxRow[]> =>
      this.#all<StoredInboxRow>(text, after, limit, ...texts.map(storable));
    if ('id' in filter) return all(this.#sql.inboxById, filter.id);
    if ('key' in filter) return all(this.#sql.inboxLane, filter.listener, storedLane(filter.key, ''));
    const { state, listener } = filter;
    if (listener === undefined) return all(this.#sql.inboxByState[state]);
    return all(this.#sql.inboxOfListener[state], listener);
  }

  async outbox(filter: OutboxFilter, { limit, after = 0 }: Page): Promise<readonly OutboxView[]> {
    const sized = await this.#all<{ seq: number; size: number }>(
      'id' in filter ? this.#sql.outboxById : this.#sql.outboxByState[filter.state],
      after,
      limit,
      ...('id' in filter ? [storable(filter.id)] : []),
    );
    const count = countWithin(sized, ({ size }) => size, limits.batchBytes);
    const wanted = sized.slice(0, count).map(({ seq }) => seq);
    const rows = await this.#all<StoredOutboxRow>(this.#sql.outboxRows, wanted);
    return rows.map(outboxViewOf);
  }

  async deadGroups(limit: number): Promise<readonly DeadGroup[]> {
    const letters = await this.#all<StoredLetter>(this.#sql.deadLetters);
    return deadGroupsOf(letters.map(groupedLetterOf), limit);
  }

  async conversation(id: string, limit: number): Promise<readonly Seen[]> {
    const [found] = await this.#all<{ correlation: string | null }>(this.#sql.correlationOf, storable(id));
    const correlation = found?.correlation ?? undefined;
    if (correlation === undefined) return [];
    const [inbox, outbox] = await Promise.all([
      this.#all<StoredInboxRow & Linked>(this.#sql.inboxSeen, correlation, limit),
      this.#all<StoredOutboxRow & Linked>(this.#sql.outboxSeen, correlation, limit),
    ]);
    return inOrder([...inbox.map(inboxSeenOf), ...outbox.map(outboxSeenOf)]);
  }

  async #all<Row extends object>(text: string, ...values: readonly unknown[]): Promise<readonly Row[]> {
    return (await this.#database.queryByIndex<Row>({ text }, ...values)).rows;
  }
}
