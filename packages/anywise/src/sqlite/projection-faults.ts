import type {
  FaultFilter,
  FaultTransaction,
  NewFault,
  ProjectionFault,
  ProjectionFaults,
  ProjectionKey,
} from '../core/ports/projections.js';
import { actionBy } from '../kit/actions.js';
import { faultValues, keyValues } from '../kit/projections.js';
import { recordAction } from './actions.js';
import type { Connection, Connections } from './client.js';
import type { Database } from './database.js';
import { now } from './sql.js';
import type { Writer } from './writer.js';

/** Selects a generation by the values of its key. */
export const isKey = 'name = ? AND version = ? AND generation = ?';
/** Those of generations that are not retired, as far as the filter wants them. */
const isMeant = `
  (?1 IS NULL OR fault.name = ?1) AND (?2 IS NULL OR fault.version = ?2) AND (?3 IS NULL OR fault.stream = ?3)
  AND (fault.name, fault.version, fault.generation) IN (
    SELECT name, version, generation FROM anywise_projection WHERE state <> 'retired')`;
// Indexes are named, because the planner of a database that was analysed while no event had failed would take others.
const failed = 'anywise_projection_fault AS fault INDEXED BY anywise_projection_fault_failed';
const parkedBy = 'INDEXED BY anywise_projection_fault_parked';
const hasFailed = `fault.error IS NOT NULL AND fault.state <> 'skipped'`;

/** Nothing is parked before it any more, so it need not wait. */
const isNext = `
  fault.state = 'parked' AND fault.error IS NULL AND NOT EXISTS (
    SELECT 1 FROM anywise_projection_fault AS before ${parkedBy}
    WHERE (before.name, before.version, before.generation, before.stream)
      = (fault.name, fault.version, fault.generation, fault.stream)
      AND before.state <> 'skipped' AND before.position < fault.position)`;

/** What read models could not take in, as tools see it. */
export class SqliteProjectionFaults implements ProjectionFaults {
  readonly #connections: Connections;
  readonly #writer: Writer;

  constructor({ connections, writer }: Database) {
    this.#connections = connections;
    this.#writer = writer;
  }

  async list(filter: FaultFilter, { limit }: { readonly limit: number }): Promise<readonly ProjectionFault[]> {
    const sql = `
      SELECT name, version, generation, position, stream, event_version AS eventVersion, type, state, error, at
      FROM ${failed}
      WHERE fault.error IS NOT NULL AND ${isMeant}
      ORDER BY name, version, generation, position LIMIT ?4`;
    return this.#connections.reader.all<ProjectionFault>(sql, ...faultValues(filter), limit);
  }

  retry(filter: FaultFilter, who?: string): Promise<number> {
    return this.#writer.run(() => {
      const { writer } = this.#connections;
      const sql = `UPDATE ${failed} SET state = 'due' WHERE ${hasFailed} AND ${isMeant}`;
      const count = writer.run(sql, ...faultValues(filter));
      recordAction(writer, actionBy(who, 'projections retry', filter), count);
      return count;
    });
  }

  skip(filter: FaultFilter, who?: string): Promise<number> {
    return this.#writer.run(() => {
      const { writer } = this.#connections;
      const skip = `UPDATE ${failed} SET state = 'skipped' WHERE ${hasFailed} AND ${isMeant}`;
      const count = writer.run(skip, ...faultValues(filter));
      const goOn = `UPDATE anywise_projection_fault AS fault SET state = 'due' WHERE ${isNext} AND ${isMeant}`;
      writer.run(goOn, ...faultValues(filter));
      const ofRow = '(fault.name, fault.version, fault.generation) = (row.name, row.version, row.generation)';
      const recount = `
        UPDATE anywise_projection AS row SET
          parked = (
            SELECT count(*) FROM anywise_projection_fault AS fault ${parkedBy} WHERE ${ofRow} AND fault.state <> 'skipped'),
          skipped = (SELECT count(*) FROM anywise_projection_fault AS fault WHERE ${ofRow} AND fault.state = 'skipped')
        WHERE ?1 IS NULL OR name = ?1`;
      writer.run(recount, faultValues(filter)[0]);
      recordAction(writer, actionBy(who, 'projections skip', filter), count);
      return count;
    });
  }
}

/** Deletes what a generation could not take in. */
export function dropFaults(connection: Connection, key: ProjectionKey): void {
  connection.run(`DELETE FROM anywise_projection_fault WHERE ${isKey}`, ...keyValues(key));
}

type OnWriter = <T>(work: (connection: Connection) => T) => Promise<T>;

/** The single writer is alone, so nothing has to be locked. */
export function faultsIn(onWriter: OnWriter): FaultTransaction {
  return {
    hold: (key, streams) =>
      onWriter((connection) => {
        const at = `SELECT position FROM anywise_projection WHERE ${isKey}`;
        const position = connection.get<{ position: number }>(at, ...keyValues(key))?.position;
        const sql = `
          SELECT DISTINCT stream FROM anywise_projection_fault ${parkedBy}
          WHERE ${isKey} AND state <> 'skipped' AND stream IN (SELECT value FROM json_each(?))`;
        const rows = connection.all<{ stream: string }>(sql, ...keyValues(key), JSON.stringify(streams));
        return position === undefined ? undefined : { position, parked: new Set(rows.map(({ stream }) => stream)) };
      }),
    add: (key, faults) => onWriter((connection) => addFaults(connection, key, faults)),
    due: (key, limit) =>
      onWriter((connection) => {
        const sql = `
          SELECT position, stream, event_version AS eventVersion FROM anywise_projection_fault ${parkedBy}
          WHERE ${isKey} AND state <> 'skipped' AND stream = (
            SELECT stream FROM anywise_projection_fault INDEXED BY anywise_projection_fault_due
            WHERE ${isKey} AND state = 'due' ORDER BY position LIMIT 1)
          ORDER BY position LIMIT ?`;
        return connection.all(sql, ...keyValues(key), ...keyValues(key), limit);
      }),
    taken: (key, stream, positions) => onWriter((connection) => endFaults(connection, key, stream, positions)),
    fail: (key, position, error) =>
      onWriter((connection) => {
        const sql = `
          UPDATE anywise_projection_fault SET state = 'parked', error = ?, at = ${now}
          WHERE ${isKey} AND position = ? AND state <> 'skipped'`;
        connection.run(sql, error, ...keyValues(key), position);
      }),
  };
}

function addFaults(connection: Connection, key: ProjectionKey, faults: readonly NewFault[]): void {
  const sql = `
    INSERT INTO anywise_projection_fault VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ${now}) ON CONFLICT DO NOTHING`;
  for (const { position, stream, eventVersion, type, state, error } of faults) {
    connection.run(sql, ...keyValues(key), position, stream, eventVersion, type, state, error ?? null);
  }
  const skipped = faults.filter(({ state }) => state === 'skipped').length;
  const count = `UPDATE anywise_projection SET parked = parked + ?, skipped = skipped + ? WHERE ${isKey}`;
  connection.run(count, faults.length - skipped, skipped, ...keyValues(key));
}

function endFaults(connection: Connection, key: ProjectionKey, stream: string, positions: readonly number[]): boolean {
  const end = `
    DELETE FROM anywise_projection_fault
    WHERE ${isKey} AND state <> 'skipped' AND position IN (SELECT value FROM json_each(?))`;
  const count = connection.run(end, ...keyValues(key), JSON.stringify(positions));
  if (count < positions.length) return false;
  const goOn = `
    UPDATE anywise_projection_fault AS fault SET state = 'due' WHERE ${isKey} AND fault.stream = ? AND ${isNext}`;
  connection.run(goOn, ...keyValues(key), stream);
  connection.run(`UPDATE anywise_projection SET parked = parked - ? WHERE ${isKey}`, count, ...keyValues(key));
  return true;
}
