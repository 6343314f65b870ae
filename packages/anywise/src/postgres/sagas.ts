import { storable } from '../core/message/storable-text.js';
import { StreamConflictError } from '../core/ports/event-log.js';
import type {
  KeptSaga,
  SagaCount,
  SagaDetail,
  SagaFilter,
  SagaRow,
  Sagas,
  SagaStep,
  SagaTransaction,
} from '../core/ports/sagas.js';
import { keptSteps } from '../kit/kept.js';
import { sagaColumns, sagaIn, stepColumns, stepIn, type StoredSaga, type StoredStep } from '../kit/saga-rows.js';
import { prepared, type Database } from './database.js';
import type { Statement } from './session.js';
import { now } from './sql.js';

/** The sagas, as tools see them. */
export class PostgresSagas implements Sagas {
  readonly #database: Database;
  readonly #schema: string;

  /** @param schema the quoted name. */
  constructor(database: Database, schema: string) {
    this.#database = database;
    this.#schema = schema;
  }

  async list({ name, status }: SagaFilter, { limit }: { readonly limit: number }): Promise<readonly SagaRow[]> {
    const text = `
      SELECT ${sagaColumns} FROM ${this.#schema}.anywise_saga
      WHERE ($1::text IS NULL OR name = $1) AND ($2::text IS NULL OR status = $2)
      ORDER BY changed_at DESC, name, key LIMIT $3`;
    const values = [name === undefined ? null : storable(name), status ?? null, limit];
    const { rows } = await this.#database.query<StoredSaga>({ text }, ...values);
    return rows.map(sagaIn);
  }

  async find(name: string, key: string): Promise<SagaDetail | undefined> {
    const of = [storable(name), storable(key)];
    const where = 'WHERE name = $1 AND key = $2';
    const text = `SELECT ${sagaColumns} FROM ${this.#schema}.anywise_saga ${where}`;
    const [row] = (await this.#database.query<StoredSaga>({ text }, ...of)).rows;
    if (row === undefined) return undefined;
    const steps = `SELECT ${stepColumns} FROM ${this.#schema}.anywise_saga_step ${where} ORDER BY n`;
    const { rows } = await this.#database.query<StoredStep>({ text: steps }, ...of);
    return { row: sagaIn(row), steps: rows.map(stepIn) };
  }

  async count(): Promise<readonly SagaCount[]> {
    const text = `
      SELECT name, status, count(*)::integer AS count FROM ${this.#schema}.anywise_saga
      WHERE status <> 'ended' GROUP BY name, status ORDER BY name, status`;
    return (await this.#database.query<SagaCount>({ text })).rows;
  }
}

/** The statements of sagas within a transaction. */
export interface SagaStatements {
  readonly open: Statement;
  readonly insert: Statement;
  readonly update: Statement;
  readonly step: Statement;
  readonly cap: Statement;
  readonly takeEarly: Statement;
}

/** @param schema the quoted name. */
export function sagaStatements(schema: string): SagaStatements {
  const saga = `${schema}.anywise_saga`;
  const steps = `${schema}.anywise_saga_step`;
  return {
    open: prepared(`SELECT ${sagaColumns} FROM ${saga} WHERE name = $1 AND key = $2 FOR UPDATE`),
    // Two that begin at once: the second waits for the first, and then inserts nothing.
    insert: prepared(`
      INSERT INTO ${saga} (name, key, status, shape, revision, state, timeouts, created_at, changed_at, ended_at)
      SELECT $1, $2, $3::text, $4, $5, $6, $7, ${now}, ${now}, CASE WHEN $3 = 'ended' THEN ${now} END
      ON CONFLICT DO NOTHING`),
    update: prepared(`
      UPDATE ${saga} SET status = $3::text, shape = $4, revision = $5, state = $6, timeouts = $7, changed_at = ${now},
        ended_at = CASE WHEN $3 = 'ended' THEN coalesce(ended_at, ${now}) END
      WHERE name = $1 AND key = $2 AND revision = $5 - 1`),
    step: prepared(`
      INSERT INTO ${steps} (name, key, n, message_id, type, outcome, state, caused, envelope, at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, ${now})`),
    cap: { text: `DELETE FROM ${steps} WHERE name = $1 AND key = $2 AND n <= $3 AND envelope IS NULL` },
    takeEarly: {
      text: `
        WITH early AS (
          SELECT n, envelope FROM ${steps} WHERE name = $1 AND key = $2 AND envelope IS NOT NULL FOR UPDATE),
        taken AS (UPDATE ${steps} SET envelope = NULL WHERE name = $1 AND key = $2 AND n IN (SELECT n FROM early))
        SELECT envelope AS json FROM early ORDER BY n`,
    },
  };
}

/** How the statements of a transaction are run. */
interface Run {
  /** Reads rows that nothing else changes until the transaction ends. */
  readonly readToWrite: <Row extends object>(
    statement: Statement,
    ...values: readonly unknown[]
  ) => Promise<readonly Row[]>;
  /** Resolves with the number of rows. */
  readonly write: (statement: Statement, ...values: readonly unknown[]) => Promise<number>;
}

export function sagasIn(statements: SagaStatements, { readToWrite, write }: Run): SagaTransaction {
  return {
    open: async (name, key) => {
      const [row] = await readToWrite<StoredSaga>(statements.open, name, storable(key));
      return row === undefined ? undefined : sagaIn(row);
    },
    save: async (saga, step) => {
      const saving = saga.revision === 1 ? statements.insert : statements.update;
      const saved = await write(saving, ...sagaValues(saga));
      if (saved === 0) throw new StreamConflictError(`${saga.name}/${saga.key}`);
      await write(statements.step, ...stepValues(saga, step));
      const unkept = lastUnkept(saga);
      if (unkept !== undefined) await write(statements.cap, saga.name, storable(saga.key), unkept);
    },
    takeEarly: async (name, key) => {
      const rows = await readToWrite<{ readonly json: string }>(statements.takeEarly, name, storable(key));
      return rows.map(({ json }) => json);
    },
  };
}

function sagaValues({ name, key, status, shape, revision, state, timeouts }: KeptSaga): readonly unknown[] {
  return [name, storable(key), status, shape, revision, state ?? null, JSON.stringify(timeouts)];
}

function stepValues({ name, key, revision }: KeptSaga, step: SagaStep): readonly unknown[] {
  const { messageId, type, outcome, state, caused, json } = step;
  const said = [state ?? null, JSON.stringify(caused), json ?? null];
  return [name, storable(key), revision, storable(messageId), type, outcome, ...said];
}

/** The last step that is too old to be kept; `undefined` if there is none. */
function lastUnkept({ revision }: KeptSaga): number | undefined {
  return revision > keptSteps ? revision - keptSteps : undefined;
}
