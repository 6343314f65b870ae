import type {
  ProjectionKey,
  ProjectionRow,
  Projections,
  ProjectionTable,
  ProjectionVersion,
} from '../core/ports/projections.js';
import { actionBy } from '../kit/actions.js';
import { isDeadHolder } from '../kit/lease-holder.js';
import { projectionRowOf, tablesIn, versionName, type StoredProjection } from '../kit/projections.js';
import { recordAction } from './actions.js';
import type { Connection, Connections } from './client.js';
import type { Database } from './database.js';
import { dropFaults, isKey, SqliteProjectionFaults } from './projection-faults.js';
import { now } from './sql.js';
import type { Writer } from './writer.js';

const columns = `
  name, version, generation, state, position, tables, failed_at AS failedAt, last_error AS lastError, parked, skipped,
  EXISTS (
    SELECT 1 FROM anywise_projection_fault AS fault INDEXED BY anywise_projection_fault_due
    WHERE (fault.name, fault.version, fault.generation) = (row.name, row.version, row.generation) AND fault.state = 'due'
  ) AS isDue, seen_at AS seenAt`;

const insertSql = `
  INSERT INTO anywise_projection (name, version, generation, state, position, seen_at)
  VALUES (?, ?, ?, 'building', 0, ${now}) ON CONFLICT DO NOTHING`;

/** Takes the lease if it is free, ours or expired, or if its holder `?4` is known to be dead. */
const leaseSql = `
  INSERT INTO anywise_lease VALUES (?1, ?2, 1, ${now} + ?3)
  ON CONFLICT (name) DO UPDATE SET epoch = epoch + (holder <> ?2), holder = ?2, ends_at = ${now} + ?3
  WHERE holder = ?2 OR ends_at <= ${now} OR holder = ?4`;

export class SqliteProjections implements Projections {
  readonly faults: SqliteProjectionFaults;
  readonly #connections: Connections;
  readonly #writer: Writer;

  constructor(database: Database) {
    this.faults = new SqliteProjectionFaults(database);
    this.#connections = database.connections;
    this.#writer = database.writer;
  }

  async list(): Promise<readonly ProjectionRow[]> {
    const sql = `SELECT ${columns} FROM anywise_projection AS row ORDER BY name, version, generation`;
    return this.#connections.reader.all<StoredProjection>(sql).map(projectionRowOf);
  }

  async prepare({ name, version, generation }: ProjectionKey, tables: readonly ProjectionTable[]): Promise<void> {
    const key = [name, version, generation];
    await this.#write((connection) => {
      connection.run(insertSql, ...key);
      const sql = `SELECT tables FROM anywise_projection WHERE ${isKey}`;
      if (connection.get<{ tables: string | null }>(sql, ...key)?.tables !== null) return;
      for (const table of tables) connection.exec(table.sql);
      const names = JSON.stringify(tables.map((table) => table.name));
      connection.run(`UPDATE anywise_projection SET tables = ? WHERE ${isKey}`, names, ...key);
    });
  }

  rebuild({ name, version }: ProjectionVersion, who?: string): Promise<number | undefined> {
    return this.#write((connection) => {
      const sql = `
        SELECT generation, state FROM anywise_projection WHERE name = ? AND version = ? ORDER BY generation DESC LIMIT 1`;
      const newest = connection.get<{ generation: number; state: string }>(sql, name, version);
      if (newest === undefined || newest.state === 'building') return newest?.generation;
      connection.run(insertSql, name, version, newest.generation + 1);
      recordAction(connection, actionBy(who, 'projections rebuild', { name, version }), 1);
      return newest.generation + 1;
    });
  }

  lease(projection: ProjectionVersion, holder: string, leaseMs: number): Promise<boolean> {
    return this.#write((connection) => {
      const lease = versionName(projection);
      const held = connection.get<{ holder: string }>('SELECT holder FROM anywise_lease WHERE name = ?', lease)?.holder;
      const dead = held !== undefined && held !== holder && isDeadHolder(held) ? held : holder;
      const { name, version } = projection;
      const seenSql = `UPDATE anywise_projection SET seen_at = ${now} WHERE name = ? AND version = ? AND state <> 'retired'`;
      connection.run(seenSql, name, version);
      return connection.run(leaseSql, lease, holder, Math.round(leaseMs), dead) > 0;
    });
  }

  async fail({ name, version, generation }: ProjectionKey, error: string): Promise<void> {
    const sql = `
      UPDATE anywise_projection SET failed_at = coalesce(failed_at, ${now}), last_error = ? WHERE ${isKey}`;
    await this.#write((connection) => connection.run(sql, error, name, version, generation));
  }

  async drop(key: ProjectionKey, who?: string): Promise<void> {
    const { name, version, generation } = key;
    await this.#write((connection) => {
      const count = dropProjection(connection, key);
      recordAction(connection, actionBy(who, 'projections drop', { name, version, generation }), count);
    });
  }

  /** Deletes what no process has had for so long. */
  async clean(retentionMs: number): Promise<void> {
    const sql = `SELECT name, version, generation FROM anywise_projection WHERE seen_at < ${now} - ?`;
    const old = this.#connections.reader.all<ProjectionKey>(sql, retentionMs);
    if (old.length > 0) await this.#write((connection) => old.forEach((key) => dropProjection(connection, key)));
  }

  #write<T>(work: (connection: Connection) => T): Promise<T> {
    return this.#writer.run(() => work(this.#connections.writer));
  }
}

/** Returns how many there were: 1 or 0. */
function dropProjection(connection: Connection, key: ProjectionKey): number {
  const { name, version, generation } = key;
  const sql = `DELETE FROM anywise_projection WHERE ${isKey} RETURNING tables`;
  const row = connection.get<{ tables: string | null }>(sql, name, version, generation);
  for (const table of tablesIn(row?.tables ?? null)) connection.exec(`DROP TABLE IF EXISTS ${table}`);
  dropFaults(connection, key);
  return row === undefined ? 0 : 1;
}

export function generationOf(connection: Connection, { name, version }: ProjectionVersion): number | undefined {
  const sql = `
    SELECT generation FROM anywise_projection WHERE name = ? AND version = ? AND state <> 'retired'
    ORDER BY state = 'building', generation DESC LIMIT 1`;
  return connection.get<{ generation: number }>(sql, name, version)?.generation;
}

function namesOf(projections: readonly ProjectionVersion[]): string {
  return JSON.stringify(projections.map(versionName));
}

/** Which of these appenders write. */
export function writableIn(
  connection: Connection,
  projections: readonly ProjectionVersion[],
): readonly ProjectionKey[] {
  const sql = `
    SELECT name, version, generation FROM anywise_projection
    WHERE state = 'inline' AND name || '@' || version IN (SELECT value FROM json_each(?))`;
  return connection.all<ProjectionKey>(sql, namesOf(projections));
}

/** Leaves to the feed, from here on, what appenders were to write and this one does not. */
export function giveUpOthers(connection: Connection, written: readonly ProjectionVersion[]): void {
  const sql = `
    UPDATE anywise_projection SET state = 'live', position = (SELECT coalesce(max(seq), 0) FROM anywise_event)
    WHERE state = 'inline' AND name || '@' || version NOT IN (SELECT value FROM json_each(?))`;
  connection.run(sql, namesOf(written));
}

export function advanceIn(connection: Connection, key: ProjectionKey, from: number, to: number): boolean {
  const { name, version, generation } = key;
  const sql = `
    UPDATE anywise_projection SET position = ?, failed_at = NULL, last_error = NULL
    WHERE ${isKey} AND position = ? AND state IN ('building', 'live')`;
  return connection.run(sql, to, name, version, generation, from) > 0;
}

export function makeLive(connection: Connection, { name, version, generation }: ProjectionKey, state: string): void {
  const sql = `
    UPDATE anywise_projection SET state = CASE generation WHEN ?3 THEN ?4 ELSE 'retired' END, seen_at = ${now}
    WHERE name = ?1 AND version = ?2 AND generation <= ?3 AND state <> 'retired'`;
  connection.run(sql, name, version, generation, state);
}
