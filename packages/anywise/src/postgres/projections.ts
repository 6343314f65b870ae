import { storable } from '../core/message/storable-text.js';
import type {
  ProjectionKey,
  ProjectionRow,
  Projections,
  ProjectionTable,
  ProjectionTransaction,
  ProjectionVersion,
} from '../core/ports/projections.js';
import { actionBy } from '../kit/actions.js';
import { isDeadHolder } from '../kit/lease-holder.js';
import { keyValues, projectionRowOf, tablesIn, versionName, type StoredProjection } from '../kit/projections.js';
import { recordAction } from './actions.js';
import { prepared, type Database } from './database.js';
import { conflictOf } from './event-log.js';
import {
  faultsIn,
  faultStatements,
  isKey,
  PostgresProjectionFaults,
  type FaultStatements,
} from './projection-faults.js';
import type { Session, Statement } from './session.js';
import { beginIn, now, quoted } from './sql.js';

/** @param schema the quoted name. */
const columnsIn = (schema: string): string => `
  name, version, generation, state, position, tables, failed_at AS "failedAt", last_error AS "lastError", parked, skipped,
  EXISTS (
    SELECT 1 FROM ${schema}.anywise_projection_fault AS fault
    WHERE (fault.name, fault.version, fault.generation) = (row.name, row.version, row.generation) AND fault.state = 'due'
  ) AS "isDue", seen_at AS "seenAt"`;

/** Where read models are kept, and their leases. */
export class PostgresProjections implements Projections {
  readonly faults: PostgresProjectionFaults;
  readonly #database: Database;
  readonly #schemaName: string;
  readonly #schema: string;
  readonly #table: string;
  readonly #leases: string;

  constructor(database: Database, schemaName: string) {
    this.faults = new PostgresProjectionFaults(database, schemaName);
    this.#database = database;
    this.#schemaName = schemaName;
    this.#schema = quoted(schemaName);
    this.#table = `${this.#schema}.anywise_projection`;
    this.#leases = `${this.#schema}.anywise_lease`;
  }

  async list(): Promise<readonly ProjectionRow[]> {
    const text = `SELECT ${columnsIn(this.#schema)} FROM ${this.#table} AS row ORDER BY name, version, generation`;
    return (await this.#database.query<StoredProjection>({ text })).rows.map(projectionRowOf);
  }

  async prepare({ name, version, generation }: ProjectionKey, tables: readonly ProjectionTable[]): Promise<void> {
    const key = [name, version, generation];
    await this.#inTurn(async (session) => {
      await session.query(this.#insert, ...key);
      const found = await session.query<{ tables: string | null }>(
        { text: `SELECT tables FROM ${this.#table} WHERE ${isKey}` },
        ...key,
      );
      if (found.rows[0]?.tables !== null) return;
      for (const table of tables) await session.query({ text: table.sql });
      const names = JSON.stringify(tables.map((table) => table.name));
      await session.query({ text: `UPDATE ${this.#table} SET tables = $4 WHERE ${isKey}` }, ...key, names);
    });
  }

  rebuild({ name, version }: ProjectionVersion, who?: string): Promise<number | undefined> {
    return this.#inTurn(async (session) => {
      const text = `
        SELECT generation, state FROM ${this.#table} WHERE name = $1 AND version = $2 ORDER BY generation DESC LIMIT 1`;
      const { rows } = await session.query<{ generation: number; state: string }>({ text }, name, version);
      const [newest] = rows;
      if (newest === undefined || newest.state === 'building') return newest?.generation;
      await session.query(this.#insert, name, version, newest.generation + 1);
      const action = actionBy(who, 'projections rebuild', { name, version });
      await recordAction(session, this.#schema, action, 1);
      return newest.generation + 1;
    });
  }

  /** Takes the lease if it is free, ours or expired, or if its holder is known to be dead. */
  async lease(projection: ProjectionVersion, holder: string, leaseMs: number): Promise<boolean> {
    const lease = versionName(projection);
    const held = await this.#database.query<{ holder: string }>(
      { text: `SELECT holder FROM ${this.#leases} WHERE name = $1` },
      lease,
    );
    const other = held.rows[0]?.holder;
    const dead = other !== undefined && other !== holder && isDeadHolder(other) ? other : holder;
    const text = `
      WITH seen AS (
        UPDATE ${this.#table} SET seen_at = ${now} WHERE name = $5 AND version = $6 AND state <> 'retired')
      INSERT INTO ${this.#leases} AS lease (name, holder, epoch, ends_at) VALUES ($1, $2, 1, ${now} + $3)
      ON CONFLICT (name) DO UPDATE SET
        epoch = lease.epoch + CASE WHEN lease.holder = $2 THEN 0 ELSE 1 END, holder = $2, ends_at = ${now} + $3
      WHERE lease.holder = $2 OR lease.ends_at <= ${now} OR lease.holder = $4`;
    const values = [lease, holder, Math.round(leaseMs), dead, projection.name, projection.version];
    return (await this.#database.query({ text }, ...values)).rowCount === 1;
  }

  async fail({ name, version, generation }: ProjectionKey, error: string): Promise<void> {
    const text = `
      UPDATE ${this.#table} SET failed_at = coalesce(failed_at, ${now}), last_error = $4 WHERE ${isKey}`;
    await this.#database.query({ text }, name, version, generation, storable(error));
  }

  drop({ name, version, generation }: ProjectionKey, who?: string): Promise<void> {
    return this.#inTurn(async (session) => {
      const { rows } = await session.query<{ tables: string | null }>(
        { text: `DELETE FROM ${this.#table} WHERE ${isKey} RETURNING tables` },
        ...[name, version, generation],
      );
      for (const table of tablesIn(rows[0]?.tables ?? null)) {
        await session.query({ text: `DROP TABLE IF EXISTS ${table}` });
      }
      const faults = { text: `DELETE FROM ${this.#schema}.anywise_projection_fault WHERE ${isKey}` };
      await session.query(faults, name, version, generation);
      const action = actionBy(who, 'projections drop', { name, version, generation });
      await recordAction(session, this.#schema, action, rows.length);
    });
  }

  /** Deletes what no process has had for so long. */
  async clean(retentionMs: number): Promise<void> {
    const text = `SELECT name, version, generation FROM ${this.#table} WHERE seen_at < ${now} - $1::bigint`;
    const { rows } = await this.#database.query<ProjectionKey>({ text }, retentionMs);
    for (const key of rows) await this.drop(key);
  }

  get #insert(): Statement {
    return {
      text: `
        INSERT INTO ${this.#table} (name, version, generation, state, position, seen_at)
        VALUES ($1, $2, $3, 'building', 0, ${now}) ON CONFLICT DO NOTHING`,
    };
  }

  /** Processes that start at once make tables one after the other. */
  async #inTurn<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#database.transaction(beginIn(this.#schemaName), async (session) => {
      const turn = { text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))' };
      await session.query(turn, `anywise-projections:${this.#schemaName}`);
      return work(session);
    });
  }
}

/** The statements of read models within a transaction. */
export interface ProjectionStatements {
  readonly faults: FaultStatements;
  readonly generation: Statement;
  readonly appendShared: Statement;
  readonly appendAlone: Statement;
  readonly writable: Statement;
  readonly advance: Statement;
  readonly live: Statement;
}

/**
 * Two locks keep appenders and the feed from writing the same event, or neither of them:
 *
 * - Each appender shares an advisory lock until its commit. Who makes a generation `inline` takes it alone, so that each append
 *   is either committed, and read by the feed before, or sees that it has to write it.
 * - An appender that writes a generation holds its row. Who gives the generation up waits for the row, so that everything that
 *   appenders wrote has a lower position than what the feed goes on with.
 *
 * The answers are looked for in statements after that of the lock: a statement sees what was committed when it began.
 */
export function projectionStatements(schemaName: string): ProjectionStatements {
  const table = `${quoted(schemaName)}.anywise_projection`;
  const lock = `hashtextextended('${`anywise-appends:${schemaName}`.replaceAll("'", "''")}', 0)`;
  return {
    faults: faultStatements(schemaName),
    generation: prepared(`
      SELECT generation FROM ${table} WHERE name = $1 AND version = $2 AND state <> 'retired'
      ORDER BY state = 'building', generation DESC LIMIT 1`),
    appendShared: prepared(`SELECT pg_advisory_xact_lock_shared(${lock})`),
    appendAlone: { text: `SELECT pg_advisory_xact_lock(${lock})` },
    writable: prepared(`
      SELECT name, version, generation FROM ${table}
      WHERE state = 'inline' AND name || '@' || version = ANY ($1::text[]) FOR KEY SHARE`),
    advance: prepared(`
      UPDATE ${table} SET position = $5, failed_at = NULL, last_error = NULL
      WHERE ${isKey} AND position = $4 AND state IN ('building', 'live')`),
    live: {
      text: `
        UPDATE ${table} SET state = CASE generation WHEN $3 THEN $4 ELSE 'retired' END, seen_at = ${now}
        WHERE name = $1 AND version = $2 AND generation <= $3 AND state <> 'retired'`,
    },
  };
}

/** What read models use of a transaction. */
interface Statements {
  readonly read: <Row extends object>(statement: Statement, ...values: readonly unknown[]) => Promise<readonly Row[]>;
  /** Returns how many rows were changed. */
  readonly write: (statement: Statement, ...values: readonly unknown[]) => Promise<number>;
  /** Told what the transaction writes itself, if it appends. */
  readonly writes: (projections: readonly ProjectionVersion[]) => void;
}

export function projectionsIn(
  statements: ProjectionStatements,
  { read, write, writes }: Statements,
): ProjectionTransaction {
  return {
    faults: faultsIn(statements.faults, { read, write }),
    generation: async ({ name, version }) => {
      const [row] = await read<{ readonly generation: number }>(statements.generation, name, version);
      return row?.generation;
    },
    writable: async (projections) => {
      writes(projections);
      try {
        const [, rows] = await Promise.all([
          read(statements.appendShared),
          read<ProjectionKey>(statements.writable, namesOf(projections)),
        ]);
        return rows;
      } catch (error) {
        throw conflictOf('the read models', error) ?? error;
      }
    },
    advance: async (key, from, to) => (await write(statements.advance, ...keyValues(key), from, to)) === 1,
    appendAlone: async () => {
      await write(statements.appendAlone);
    },
    live: async (key, isInline) => {
      await write(statements.live, ...keyValues(key), isInline ? 'inline' : 'live');
    },
  };
}

/**
 * What an appender does before it takes positions: what it should have written and has not, it leaves to the feed. As parts of
 * a `WITH`, the last of which, `given_up`, has a row for each.
 *
 * @param written the value with the names of what it writes.
 */
export function giveUpOthersSql(schemaName: string, written: string): string {
  const table = `${quoted(schemaName)}.anywise_projection`;
  const events = `${quoted(schemaName)}.anywise_event_seq_seq`;
  return `
    other AS MATERIALIZED (
      SELECT name, version, generation FROM ${table}
      WHERE state = 'inline' AND name || '@' || version <> ALL (${written}::text[])
      ORDER BY name, version, generation FOR UPDATE),
    given_up AS (
      UPDATE ${table} AS row
      SET state = 'live', position = (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM ${events})
      FROM other WHERE (row.name, row.version, row.generation) = (other.name, other.version, other.generation)
      RETURNING 1)`;
}

/** The names of versions, as the statements take them. */
export function namesOf(projections: readonly ProjectionVersion[]): readonly string[] {
  return projections.map(versionName);
}
