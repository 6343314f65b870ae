import { randomUUID } from 'node:crypto';
import { isDead } from '../holder.js';
import type { Claim, ClaimOptions, FailedClaim, Inbox, InboxEntry, InboxStatus } from '../store.js';
import type { Connection, Connections } from './client.js';
import { now } from './schema.js';
import type { Writer } from './writer.js';

export function insertEntries(connection: Connection, entries: readonly InboxEntry[]): void {
  for (const { listener, id, type, key, json, dead } of entries) {
    connection.run(
      `INSERT OR IGNORE INTO anywise_inbox (listener, id, type, key, envelope, state, last_error, received_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ${now})`,
      listener,
      id,
      type,
      key ?? null,
      json,
      dead === undefined ? 'ready' : 'dead',
      dead ?? null,
    );
  }
}

/** The fence: no row changes for one whose lease was lost. */
export function finishClaim(connection: Connection, { seq, lease }: Claim): boolean {
  const sql = `
    UPDATE anywise_inbox SET state = 'handled', at = ${now}, envelope = NULL, lease = NULL, holder = NULL, last_error = NULL
    WHERE seq = ? AND lease = ? AND state = 'running'`;
  return connection.run(sql, seq, lease) === 1;
}

/**
 * Only the oldest unfinished message of each key is a candidate, so that order holds however many claim at once. The indexes
 * are named because the planner would rather walk a listener's whole history.
 */
const dueSql = `
  SELECT seq FROM anywise_inbox AS head INDEXED BY anywise_inbox_open
  WHERE state IN ('ready', 'running') AND at <= ${now} AND listener IN (SELECT value FROM json_each(?1))
    AND NOT EXISTS (
      SELECT 1 FROM anywise_inbox AS earlier INDEXED BY anywise_inbox_keys
      WHERE earlier.listener = head.listener AND earlier.key = head.key AND earlier.seq < head.seq
        AND earlier.state IN ('ready', 'running', 'parked'))
  ORDER BY seq LIMIT ?2`;

const claimSql = `
  UPDATE anywise_inbox SET state = 'running', at = ${now} + ?3, attempts = attempts + 1, lease = ?4, holder = ?5
  WHERE seq IN (${dueSql})
  RETURNING seq, listener, id, type, key, envelope, attempts`;

interface ClaimedRow {
  readonly seq: number;
  readonly listener: string;
  readonly id: string;
  readonly type: string;
  readonly key: string | null;
  readonly envelope: string;
  readonly attempts: number;
}

export class SqliteInbox implements Inbox {
  readonly #connections: Connections;
  readonly #writer: Writer;
  readonly #changed: () => void;

  constructor(connections: Connections, writer: Writer, changed: () => void) {
    this.#connections = connections;
    this.#writer = writer;
    this.#changed = changed;
  }

  async add(entries: readonly InboxEntry[]): Promise<void> {
    await this.#writer.run(() => insertEntries(this.#connections.writer, entries));
    this.#changed();
  }

  async claim({ listeners, holder, limit, leaseMs }: ClaimOptions): Promise<readonly Claim[]> {
    const { reader, writer } = this.#connections;
    const names = JSON.stringify(listeners);
    const dead = this.#deadHolders(holder);
    // Looking costs no commit, so that an idle service writes nothing.
    if (dead.length === 0 && reader.get(dueSql, names, 1) === undefined) return [];
    const lease = randomUUID();
    const rows = await this.#writer.run(() => {
      for (const name of dead)
        writer.run(`UPDATE anywise_inbox SET at = 0 WHERE state = 'running' AND holder = ?`, name);
      return writer.all<ClaimedRow>(claimSql, names, limit, leaseMs, lease, holder);
    });
    return rows
      .sort((a, b) => a.seq - b.seq)
      .map(({ seq, listener, id, type, key, envelope, attempts }) => {
        return { seq, listener, id, type, key: key ?? undefined, json: envelope, lease, attempt: attempts };
      });
  }

  async extend(claims: readonly Claim[], leaseMs: number): Promise<readonly Claim[]> {
    const sql = `UPDATE anywise_inbox SET at = ${now} + ? WHERE seq = ? AND lease = ? AND state = 'running'`;
    const { writer } = this.#connections;
    return this.#writer.run(() => claims.filter(({ seq, lease }) => writer.run(sql, leaseMs, seq, lease) === 0));
  }

  async fail({ seq, lease }: Claim, failure: FailedClaim): Promise<void> {
    const { writer } = this.#connections;
    await this.#writer.run(() => {
      if ('dead' in failure) {
        const state = failure.dead === 'park' ? 'parked' : 'dead';
        const sql = `
          UPDATE anywise_inbox SET state = ?, at = ${now}, lease = NULL, holder = NULL, last_error = ?
          WHERE seq = ? AND lease = ? AND state = 'running'`;
        writer.run(sql, state, failure.error, seq, lease);
        return;
      }
      const sql = `
        UPDATE anywise_inbox
        SET state = 'ready', at = ${now} + ?, attempts = attempts - ?, lease = NULL, holder = NULL, last_error = ?
        WHERE seq = ? AND lease = ? AND state = 'running'`;
      writer.run(sql, failure.retryInMs, failure.free === true ? 1 : 0, failure.error, seq, lease);
    });
  }

  async release(claims: readonly Claim[]): Promise<void> {
    const sql = `
      UPDATE anywise_inbox SET state = 'ready', at = 0, attempts = attempts - 1, lease = NULL, holder = NULL
      WHERE seq = ? AND lease = ? AND state = 'running'`;
    const { writer } = this.#connections;
    await this.#writer.run(() => {
      for (const { seq, lease } of claims) writer.run(sql, seq, lease);
    });
  }

  async status(): Promise<InboxStatus> {
    const row = this.#connections.reader.get<InboxStatus>(
      `SELECT count(*) FILTER (WHERE state = 'ready') AS waiting, count(*) FILTER (WHERE state = 'running') AS running,
         count(*) FILTER (WHERE state IN ('dead', 'parked')) AS dead,
         coalesce(${now} - min(received_at) FILTER (WHERE state = 'ready'), 0) AS oldestMs
       FROM anywise_inbox WHERE state <> 'handled'`,
    );
    return {
      waiting: row?.waiting ?? 0,
      running: row?.running ?? 0,
      dead: row?.dead ?? 0,
      oldestMs: row?.oldestMs ?? 0,
    };
  }

  #deadHolders(own: string): readonly string[] {
    const sql = `SELECT DISTINCT holder FROM anywise_inbox WHERE state = 'running' AND holder <> ? AND at > 0`;
    const rows = this.#connections.reader.all<{ holder: string }>(sql, own);
    return rows.map(({ holder }) => holder).filter(isDead);
  }
}
