import { orderKey, type Envelope } from '../core/message/envelope.js';
import { isDeadHolder } from '../kit/lease-holder.js';
import type { SqlValue } from '../core/ports/sql.js';
import type {
  Outbox,
  OutboxOutcome,
  OutboxRow,
  OutboxStatus,
  RelayLease,
  ScheduledEnvelope,
  SendableRows,
} from '../core/ports/outbox.js';
import type { Connection, Connections } from './client.js';
import { FreshRows } from './fresh.js';
import { keyOf, laneOf } from '../kit/lanes.js';
import { windowFor } from './lanes.js';
import { readStoredEnvelope } from '../kit/stored.js';
import { Sendable } from './sendable.js';
import { now } from './sql.js';
import { outboxStatus } from './status.js';
import type { AtCommit, Writer } from './writer.js';
import type { Database } from './database.js';

const insertSql = (state: 'waiting' | 'scheduled', createdAt: string, dueAt: string): string => `
  INSERT OR IGNORE INTO anywise_outbox (id, lane, envelope, correlation, causation, state, created_at, due_at)
  VALUES (?, ?, ?, ?, ?, '${state}', ${createdAt}, ${dueAt})`;

const insertWaitingSql = insertSql('waiting', '?', '0');
const insertForTimeSql = insertSql('scheduled', now, '?');
const insertForDelaySql = insertSql('scheduled', now, `${now} + ?`);

export function insertScheduled(connection: Connection, scheduled: readonly ScheduledEnvelope[]): void {
  for (const { envelope, due } of scheduled) {
    const [sql, ms] = 'at' in due ? [insertForTimeSql, due.at] : [insertForDelaySql, due.delayMs];
    connection.run(sql, ...contentOf(envelope), Math.round(ms));
  }
}

/** An envelope and the values of its row. */
export interface OutboxEntry {
  readonly envelope: Envelope;
  readonly content: readonly SqlValue[];
  readonly bytes: number;
}

/** @throws TypeError if it cannot be written: thrown here and not in the commit, which may be shared with others. */
export function outboxEntry(envelope: Envelope): OutboxEntry {
  const key: unknown = orderKey(envelope);
  if (key !== undefined && typeof key !== 'string') {
    throw new TypeError(
      `The key of a \`${envelope.type}\` must be a string, but is a ${typeof key}. Correct its \`entityId\`.`,
    );
  }
  const content = contentOf(envelope);
  return { envelope, content, bytes: Buffer.byteLength(content[2]) };
}

type Content = readonly [id: string, lane: string, json: string, correlation: string, causation: string | null];

function contentOf(envelope: Envelope): Content {
  const { id, correlationid, causationid = null } = envelope;
  return [id, laneOf(orderKey(envelope), id), JSON.stringify(envelope), correlationid, causationid];
}

/** `false` if it was admitted, has left, or never existed. */
export function deleteScheduled(connection: Connection, id: string): boolean {
  return connection.run(`DELETE FROM anywise_outbox WHERE id = ? AND state = 'scheduled'`, id) === 1;
}

const dueSql = `
  SELECT seq FROM anywise_outbox INDEXED BY anywise_outbox_scheduled
  WHERE state = 'scheduled' AND due_at <= ${now} ORDER BY due_at LIMIT ?`;

/** From now on they wait like other rows; their age counts from their due time. */
const admitSql = `
  UPDATE anywise_outbox SET state = 'waiting', created_at = max(created_at, due_at) WHERE seq IN (${dueSql})`;

/** How long due rows may wait while others keep the outbox busy. */
const admitEveryMs = 20;

/** An earlier waiting row, except those in `?2`, or a held row: either might block this one. */
const obstacleSql = `
  SELECT 1 FROM anywise_outbox INDEXED BY anywise_outbox_waiting
  WHERE state = 'waiting' AND seq < ?1 AND seq NOT IN (SELECT value FROM json_each(?2))
  UNION ALL
  SELECT 1 FROM anywise_outbox INDEXED BY anywise_outbox_held WHERE attempts > 0
  LIMIT 1`;

/** One statement for all of them: most outcomes are of this kind. */
const deleteSql = 'DELETE FROM anywise_outbox WHERE seq IN (SELECT value FROM json_each(?))';

/** Takes the lease if it is free, ours or expired, or if its holder `?3` is known to be dead. */
const leaseSql = `
  INSERT INTO anywise_lease VALUES ('relay', ?1, 1, ${now} + ?2)
  ON CONFLICT (name) DO UPDATE SET
    epoch = epoch + (holder <> ?1), holder = ?1, ends_at = ${now} + ?2
  WHERE holder = ?1 OR ends_at <= ${now} OR holder = ?3
  RETURNING epoch`;

export class SqliteOutbox implements Outbox {
  readonly #connections: Connections;
  readonly #writer: Writer;
  readonly #sendable = new Sendable();
  readonly #fresh = new FreshRows();
  readonly #clock: () => number;
  #admittedAt = 0;
  /** Whether fresh rows left before rows that had become due. */
  #wentFirst = false;

  /** @param clock milliseconds from any beginning, which never go back. */
  constructor({ connections, writer }: Database, clock = () => performance.now()) {
    this.#connections = connections;
    this.#writer = writer;
    this.#clock = clock;
  }

  async lease(holder: string, leaseMs: number): Promise<RelayLease | undefined> {
    const { reader, writer } = this.#connections;
    const held = reader.get<{ holder: string; left: number; epoch: number }>(
      `SELECT holder, epoch, ends_at - ${now} AS left FROM anywise_lease WHERE name = 'relay'`,
    );
    // The lease is renewed early, but not for each batch, which would cost a commit each.
    if (held?.holder === holder && held.left > leaseMs / 2) return { holder, epoch: held.epoch };
    const dead = held !== undefined && held.holder !== holder && isDeadHolder(held.holder) ? held.holder : holder;
    const row = await this.#writer.run(() => writer.get<{ epoch: number }>(leaseSql, holder, leaseMs, dead));
    return row === undefined ? undefined : { holder, epoch: row.epoch };
  }

  /** Inserts the messages of the transactions that share a commit. */
  readonly append: AtCommit<OutboxEntry> = (connection, entries) => {
    const rows: OutboxRow[] = [];
    let bytes = 0;
    for (const entry of entries) {
      const seq = connection.insert(insertWaitingSql, ...entry.content, this.#writer.nowMs);
      if (seq === undefined) continue;
      rows.push({ seq, envelope: entry.envelope, attempts: 0 });
      bytes += entry.bytes;
    }
    const [first] = rows;
    if (first === undefined) return undefined;
    const areNext = connection.get(obstacleSql, first.seq, JSON.stringify(this.#fresh.before)) === undefined;
    return () => this.#fresh.committed(rows, bytes, areNext);
  };

  async sendable(limit: number): Promise<SendableRows> {
    const { reader } = this.#connections;
    // What is due is found, and what is due later is known: nothing may become due in between.
    const { ms = 0 } = reader.get<{ ms: number }>(`SELECT ${now} AS ms`) ?? {};
    const rows = await this.#admitAndFind(limit);
    return { rows, ...(rows.length === 0 && { nextDueInMs: nextDueIn(reader, ms) }) };
  }

  async #admitAndFind(limit: number): Promise<readonly OutboxRow[]> {
    const hasAdmitted = this.#clock() < this.#admittedAt + admitEveryMs;
    if (hasAdmitted || !this.#wentFirst) {
      const fresh = this.#fresh.take(limit);
      this.#wentFirst = true;
      if (fresh.length > 0) return fresh;
    }
    const rows = this.#find(limit);
    if (rows.length > 0 && hasAdmitted) return rows;
    this.#admittedAt = this.#clock();
    this.#wentFirst = false;
    const { reader, writer } = this.#connections;
    // A check costs no commit, so that an idle service writes nothing.
    if (reader.get(dueSql, 1) === undefined) return rows;
    await this.#writer.run(() => writer.run(admitSql, limit));
    return this.#find(limit);
  }

  #find(limit: number): readonly OutboxRow[] {
    const found = this.#sendable.find(this.#connections.reader, limit);
    const rows = found.map(({ seq, attempts, lane, ...stored }): OutboxRow => {
      const read = readStoredEnvelope(stored);
      return read.envelope === undefined ? { seq, attempts, key: keyOf(lane), ...read } : { seq, attempts, ...read };
    });
    this.#fresh.read(rows);
    return rows;
  }

  async settle(lease: RelayLease, outcomes: readonly OutboxOutcome[]): Promise<boolean> {
    const { writer } = this.#connections;
    const confirmed = outcomes.filter(({ outcome }) => outcome === 'confirmed').map(({ seq }) => seq);
    const isSettled = await this.#writer.run(() => {
      if (!this.#holds(lease)) return false;
      if (confirmed.length > 0) writer.run(deleteSql, JSON.stringify(confirmed));
      for (const outcome of outcomes) if (outcome.outcome !== 'confirmed') settleFailed(writer, outcome);
      return true;
    });
    if (isSettled) this.#fresh.confirmed(confirmed.length);
    return isSettled;
  }

  async release(lease: RelayLease): Promise<void> {
    const { writer } = this.#connections;
    await this.#writer.run(() => {
      if (this.#holds(lease)) writer.run(`UPDATE anywise_lease SET ends_at = 0 WHERE name = 'relay'`);
    });
  }

  async status(limit?: number): Promise<OutboxStatus> {
    return outboxStatus(this.#connections.reader, limit);
  }

  #holds({ holder, epoch }: RelayLease): boolean {
    const sql = `SELECT 1 FROM anywise_lease WHERE name = 'relay' AND holder = ? AND epoch = ?`;
    return this.#connections.writer.get(sql, holder, epoch) !== undefined;
  }
}

/** Among the rows that were refused, only the oldest ones are looked at. */
const nextSql = `
  SELECT min(due_at) AS at FROM (
    SELECT * FROM (
      SELECT due_at FROM anywise_outbox INDEXED BY anywise_outbox_scheduled
      WHERE state = 'scheduled' ORDER BY due_at LIMIT 1)
    UNION ALL
    SELECT due_at FROM (
      SELECT due_at FROM anywise_outbox INDEXED BY anywise_outbox_waiting
      WHERE state = 'waiting' ORDER BY seq LIMIT ${windowFor(0)})
    WHERE due_at > ?1)`;

function nextDueIn(reader: Connection, nowMs: number): number | undefined {
  const at = reader.get<{ at: number | null }>(nextSql, nowMs)?.at ?? undefined;
  return at === undefined ? undefined : Math.max(0, at - nowMs);
}

function settleFailed(connection: Connection, outcome: Exclude<OutboxOutcome, { outcome: 'confirmed' }>): void {
  switch (outcome.outcome) {
    case 'retry':
      connection.run(
        `UPDATE anywise_outbox SET attempts = attempts + 1, due_at = ${now} + ?, last_error = ? WHERE seq = ?`,
        Math.round(outcome.retryInMs),
        outcome.error,
        outcome.seq,
      );
      return;
    case 'parked':
      connection.run(
        `UPDATE anywise_outbox SET attempts = attempts + 1, state = 'parked', last_error = ? WHERE seq = ?`,
        outcome.error,
        outcome.seq,
      );
  }
}
