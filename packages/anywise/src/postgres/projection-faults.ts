import { storable } from '../core/message/storable-text.js';
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
import { prepared, type Database } from './database.js';
import type { Session, Statement } from './session.js';
import { beginIn, now, quoted } from './sql.js';

/** Selects a generation by the values of its key. */
export const isKey = 'name = $1 AND version = $2 AND generation = $3';
const wanted = (row: string): string => `
  ($1::text IS NULL OR ${row}.name = $1) AND ($2::integer IS NULL OR ${row}.version = $2)`;
const hasFailed = `fault.error IS NOT NULL AND fault.state <> 'skipped'`;

/** Those of generations that are not retired, as far as the filter wants them. */
const isMeant = (schema: string): string => `
  ${wanted('fault')} AND ($3::text IS NULL OR fault.stream = $3) AND EXISTS (
    SELECT 1 FROM ${schema}.anywise_projection AS row
    WHERE (row.name, row.version, row.generation) = (fault.name, fault.version, fault.generation)
      AND row.state <> 'retired')`;

/** Nothing is parked before it any more, so it need not wait. */
const isNext = (schema: string): string => `
  fault.state = 'parked' AND fault.error IS NULL AND NOT EXISTS (
    SELECT 1 FROM ${schema}.anywise_projection_fault AS before
    WHERE (before.name, before.version, before.generation, before.stream)
      = (fault.name, fault.version, fault.generation, fault.stream)
      AND before.state <> 'skipped' AND before.position < fault.position)`;

/** Not by the row: processes write it to say that they have the version, and are not to wait for a batch. */
function holdSql(schemaName: string, ...key: readonly [name: string, version: string, generation: string]): string {
  const name = `anywise-generation:${schemaName}/`.replaceAll("'", "''");
  return `SELECT pg_advisory_xact_lock(hashtextextended('${name}' || concat_ws('@', ${key.join(', ')}), 0))`;
}

interface Row extends Omit<ProjectionFault, 'position' | 'at'> {
  readonly position: number | string;
  readonly at: number | string;
}

/** What read models could not take in, as tools see it. */
export class PostgresProjectionFaults implements ProjectionFaults {
  readonly #database: Database;
  readonly #schemaName: string;
  readonly #schema: string;

  constructor(database: Database, schemaName: string) {
    this.#database = database;
    this.#schemaName = schemaName;
    this.#schema = quoted(schemaName);
  }

  async list(filter: FaultFilter, { limit }: { readonly limit: number }): Promise<readonly ProjectionFault[]> {
    const text = `
      SELECT name, version, generation, position, stream, event_version AS "eventVersion", type, state, error, at
      FROM ${this.#schema}.anywise_projection_fault AS fault
      WHERE fault.error IS NOT NULL AND ${isMeant(this.#schema)}
      ORDER BY name, version, generation, position LIMIT $4`;
    const { rows } = await this.#database.query<Row>({ text }, ...faultValues(filter), limit);
    return rows.map((row) => ({ ...row, position: Number(row.position), at: Number(row.at) }));
  }

  retry(filter: FaultFilter, who?: string): Promise<number> {
    return this.#alone(filter, async (session) => {
      const count = await this.#become('due', hasFailed, filter, session);
      await recordAction(session, this.#schema, actionBy(who, 'projections retry', filter), count);
      return count;
    });
  }

  skip(filter: FaultFilter, who?: string): Promise<number> {
    return this.#alone(filter, async (session) => {
      const count = await this.#become('skipped', hasFailed, filter, session);
      await this.#become('due', isNext(this.#schema), filter, session);
      await this.#recount(filter, session);
      await recordAction(session, this.#schema, actionBy(who, 'projections skip', filter), count);
      return count;
    });
  }

  async #become(state: 'due' | 'skipped', those: string, filter: FaultFilter, session: Session): Promise<number> {
    const text = `
      UPDATE ${this.#schema}.anywise_projection_fault AS fault SET state = '${state}'
      WHERE ${those} AND ${isMeant(this.#schema)}`;
    return (await session.query({ text }, ...faultValues(filter))).rowCount ?? 0;
  }

  async #recount({ name, version }: FaultFilter, session: Session): Promise<void> {
    const ofRow = `
      FROM ${this.#schema}.anywise_projection_fault AS fault
      WHERE (fault.name, fault.version, fault.generation) = (row.name, row.version, row.generation)`;
    const text = `
      UPDATE ${this.#schema}.anywise_projection AS row SET
        parked = (SELECT count(*) ${ofRow} AND fault.state <> 'skipped'),
        skipped = (SELECT count(*) ${ofRow} AND fault.state = 'skipped')
      WHERE ${wanted('row')}`;
    await session.query({ text }, ...faultValues({ name, version }).slice(0, 2));
  }

  /** While nothing is parked, or taken in. */
  async #alone(filter: FaultFilter, work: (session: Session) => Promise<number>): Promise<number> {
    return this.#database.transaction(beginIn(this.#schemaName), async (session) => {
      const text = `
        ${holdSql(this.#schemaName, 'name', 'version', 'generation')} FROM (
          SELECT name, version, generation FROM ${this.#schema}.anywise_projection AS row WHERE ${wanted('row')}
          ORDER BY name, version, generation) AS held`;
      await session.query({ text }, ...faultValues(filter).slice(0, 2));
      return work(session);
    });
  }
}

/** The statements of what could not be taken in, within the transaction that fills a generation. */
export interface FaultStatements {
  readonly hold: Statement;
  readonly at: Statement;
  readonly parked: Statement;
  readonly add: Statement;
  readonly due: Statement;
  readonly end: Statement;
  readonly goOn: Statement;
  readonly count: Statement;
  readonly fail: Statement;
}

export function faultStatements(schemaName: string): FaultStatements {
  const schema = quoted(schemaName);
  const faults = `${schema}.anywise_projection_fault`;
  return {
    hold: prepared(holdSql(schemaName, '$1::text', '$2::integer', '$3::integer')),
    at: prepared(`SELECT position FROM ${schema}.anywise_projection WHERE ${isKey}`),
    parked: prepared(`
      SELECT DISTINCT stream FROM ${faults} WHERE ${isKey} AND state <> 'skipped' AND stream = ANY ($4::text[])`),
    add: {
      text: `
        INSERT INTO ${faults} (name, version, generation, position, stream, event_version, type, state, error, at)
        SELECT $1::text, $2::integer, $3::integer, *, ${now}
        FROM unnest($4::bigint[], $5::text[], $6::integer[], $7::text[], $8::text[], $9::text[])
        ON CONFLICT DO NOTHING`,
    },
    due: {
      text: `
        SELECT position, stream, event_version AS "eventVersion" FROM ${faults}
        WHERE ${isKey} AND state <> 'skipped' AND stream = (
          SELECT stream FROM ${faults} WHERE ${isKey} AND state = 'due' ORDER BY position LIMIT 1)
        ORDER BY position LIMIT $4`,
    },
    end: { text: `DELETE FROM ${faults} WHERE ${isKey} AND state <> 'skipped' AND position = ANY ($4::bigint[])` },
    goOn: {
      text: `UPDATE ${faults} AS fault SET state = 'due' WHERE ${isKey} AND fault.stream = $4 AND ${isNext(schema)}`,
    },
    count: {
      text: `UPDATE ${schema}.anywise_projection SET parked = parked + $4, skipped = skipped + $5 WHERE ${isKey}`,
    },
    fail: {
      text: `
        UPDATE ${faults} SET state = 'parked', error = $5, at = ${now}
        WHERE ${isKey} AND position = $4 AND state <> 'skipped'`,
    },
  };
}

/** How the statements of a transaction are run. */
interface Run {
  readonly read: <Row extends object>(statement: Statement, ...values: readonly unknown[]) => Promise<readonly Row[]>;
  /** Resolves with the number of rows. */
  readonly write: (statement: Statement, ...values: readonly unknown[]) => Promise<number>;
}

/** What fills a generation holds it first, so that one process does so after the other. */
export function faultsIn(statements: FaultStatements, { read, write }: Run): FaultTransaction {
  const heldRead = async <Row extends object>(
    statement: Statement,
    key: ProjectionKey,
    ...values: readonly unknown[]
  ): Promise<readonly Row[]> => {
    const [, rows] = await Promise.all([
      write(statements.hold, ...keyValues(key)),
      read<Row>(statement, ...keyValues(key), ...values),
    ]);
    return rows;
  };
  return {
    hold: async (key, streams) => {
      const [found, [row]] = await Promise.all([
        heldRead<{ readonly stream: string }>(statements.parked, key, streams),
        read<{ readonly position: number | string }>(statements.at, ...keyValues(key)),
      ]);
      const parked = new Set(found.map(({ stream }) => stream));
      return row === undefined ? undefined : { position: Number(row.position), parked };
    },
    add: async (key, faults) => {
      await write(statements.add, ...keyValues(key), ...columnsOf(faults));
      const skipped = faults.filter(({ state }) => state === 'skipped').length;
      await write(statements.count, ...keyValues(key), faults.length - skipped, skipped);
    },
    due: async (key, limit) => {
      const rows = await heldRead<Pick<Row, 'position' | 'stream' | 'eventVersion'>>(statements.due, key, limit);
      return rows.map((row) => ({ ...row, position: Number(row.position) }));
    },
    taken: async (key, stream, positions) => {
      const count = await write(statements.end, ...keyValues(key), positions);
      if (count < positions.length) return false;
      await write(statements.goOn, ...keyValues(key), stream);
      await write(statements.count, ...keyValues(key), -count, 0);
      return true;
    },
    fail: async (key, position, error) => {
      await write(statements.fail, ...keyValues(key), position, storable(error));
    },
  };
}

function columnsOf(faults: readonly NewFault[]): readonly (readonly unknown[])[] {
  return [
    faults.map(({ position }) => position),
    faults.map(({ stream }) => stream),
    faults.map(({ eventVersion }) => eventVersion),
    faults.map(({ type }) => type),
    faults.map(({ state }) => state),
    faults.map(({ error }) => (error === undefined ? null : storable(error))),
  ];
}
