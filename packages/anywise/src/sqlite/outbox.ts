import { orderKey, type Envelope } from '../envelope.js';
import { isDead } from '../holder.js';
import type { Outbox, OutboxOutcome, OutboxRow, OutboxStatus, RelayLease } from '../store.js';
import type { Connection, Connections } from './client.js';
import { now } from './schema.js';
import type { Writer } from './writer.js';

export function insertEnvelopes(connection: Connection, envelopes: readonly Envelope[]): void {
  for (const envelope of envelopes) {
    connection.run(
      `INSERT OR IGNORE INTO anywise_outbox (id, key, envelope, created_at) VALUES (?, ?, ?, ${now})`,
      envelope.id,
      orderKey(envelope) ?? null,
      JSON.stringify(envelope),
    );
  }
}

const pendingSql = `
  SELECT seq, envelope, attempts FROM anywise_outbox AS row
  WHERE parked = 0 AND due_at <= ${now}
    AND NOT EXISTS (
      SELECT 1 FROM anywise_outbox AS held
      WHERE held.key = row.key AND held.seq < row.seq AND held.attempts > 0 AND (held.parked = 1 OR held.due_at > ${now}))
  ORDER BY seq LIMIT ?`;

/** The lease is taken where it is free, ours, at its end, or its holder `?4` is known to be dead. */
const leaseSql = `
  INSERT INTO anywise_lease VALUES ('relay', ?1, 1, ${now} + ?2)
  ON CONFLICT (name) DO UPDATE SET
    epoch = epoch + (holder <> ?1), holder = ?1, ends_at = ${now} + ?2
  WHERE holder = ?1 OR ends_at <= ${now} OR holder = ?3
  RETURNING epoch`;

export class SqliteOutbox implements Outbox {
  readonly #connections: Connections;
  readonly #writer: Writer;

  constructor(connections: Connections, writer: Writer) {
    this.#connections = connections;
    this.#writer = writer;
  }

  async lease(holder: string, leaseMs: number): Promise<RelayLease | undefined> {
    const { reader, writer } = this.#connections;
    const held = reader.get<{ holder: string; left: number; epoch: number }>(
      `SELECT holder, epoch, ends_at - ${now} AS left FROM anywise_lease WHERE name = 'relay'`,
    );
    // Renewing early enough keeps the lease; doing it for each batch would cost a commit each.
    if (held?.holder === holder && held.left > leaseMs / 2) return { holder, epoch: held.epoch };
    const dead = held !== undefined && held.holder !== holder && isDead(held.holder) ? held.holder : holder;
    const row = await this.#writer.run(() => writer.get<{ epoch: number }>(leaseSql, holder, leaseMs, dead));
    return row === undefined ? undefined : { holder, epoch: row.epoch };
  }

  async pending(limit: number): Promise<readonly OutboxRow[]> {
    const rows = this.#connections.reader.all<{ seq: number; envelope: string; attempts: number }>(pendingSql, limit);
    return rows.map(({ seq, envelope, attempts }) => ({ seq, attempts, envelope: JSON.parse(envelope) as Envelope }));
  }

  async settle(lease: RelayLease, outcomes: readonly OutboxOutcome[]): Promise<boolean> {
    const { writer } = this.#connections;
    return this.#writer.run(() => {
      if (!this.#holds(lease)) return false;
      for (const outcome of outcomes) settleOne(writer, outcome);
      return true;
    });
  }

  async release(lease: RelayLease): Promise<void> {
    const { writer } = this.#connections;
    await this.#writer.run(() => {
      if (this.#holds(lease)) writer.run(`UPDATE anywise_lease SET ends_at = 0 WHERE name = 'relay'`);
    });
  }

  async status(): Promise<OutboxStatus> {
    const row = this.#connections.reader.get<OutboxStatus>(
      `SELECT count(*) FILTER (WHERE parked = 0) AS waiting, count(*) FILTER (WHERE parked = 1) AS parked,
         coalesce(${now} - min(created_at) FILTER (WHERE parked = 0), 0) AS oldestMs
       FROM anywise_outbox`,
    );
    return { waiting: row?.waiting ?? 0, parked: row?.parked ?? 0, oldestMs: row?.oldestMs ?? 0 };
  }

  #holds({ holder, epoch }: RelayLease): boolean {
    const sql = `SELECT 1 FROM anywise_lease WHERE name = 'relay' AND holder = ? AND epoch = ?`;
    return this.#connections.writer.get(sql, holder, epoch) !== undefined;
  }
}

function settleOne(connection: Connection, outcome: OutboxOutcome): void {
  switch (outcome.outcome) {
    case 'confirmed':
      connection.run('DELETE FROM anywise_outbox WHERE seq = ?', outcome.seq);
      return;
    case 'retry':
      connection.run(
        `UPDATE anywise_outbox SET attempts = attempts + 1, due_at = ${now} + ?, last_error = ? WHERE seq = ?`,
        outcome.retryInMs,
        outcome.error,
        outcome.seq,
      );
      return;
    case 'parked':
      connection.run(
        'UPDATE anywise_outbox SET attempts = attempts + 1, parked = 1, last_error = ? WHERE seq = ?',
        outcome.error,
        outcome.seq,
      );
  }
}
