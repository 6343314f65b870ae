import { StreamConflictError } from '../core/ports/event-log.js';
import type { KeptSaga, SagaCount, SagaDetail, SagaFilter, SagaRow, Sagas, SagaStep } from '../core/ports/sagas.js';
import { keptSteps } from '../kit/kept.js';
import { sagaColumns, sagaIn, stepColumns, stepIn, type StoredSaga, type StoredStep } from '../kit/saga-rows.js';
import type { Connection } from './client.js';
import type { Database } from './database.js';
import { now } from './sql.js';

/** The sagas, as tools see them. */
export class SqliteSagas implements Sagas {
  readonly #reader: Connection;

  constructor({ connections }: Database) {
    this.#reader = connections.reader;
  }

  async list({ name, status }: SagaFilter, { limit }: { readonly limit: number }): Promise<readonly SagaRow[]> {
    const sql = `
      SELECT ${sagaColumns} FROM anywise_saga WHERE (?1 IS NULL OR name = ?1) AND (?2 IS NULL OR status = ?2)
      ORDER BY changed_at DESC, name, key LIMIT ?3`;
    return this.#reader.all<StoredSaga>(sql, name ?? null, status ?? null, limit).map(sagaIn);
  }

  async find(name: string, key: string): Promise<SagaDetail | undefined> {
    const row = openSaga(this.#reader, name, key);
    if (row === undefined) return undefined;
    const sql = `SELECT ${stepColumns} FROM anywise_saga_step WHERE name = ? AND key = ? ORDER BY n`;
    return { row, steps: this.#reader.all<StoredStep>(sql, name, key).map(stepIn) };
  }

  async count(): Promise<readonly SagaCount[]> {
    return this.#reader.all<SagaCount>(
      "SELECT name, status, count(*) AS count FROM anywise_saga WHERE status <> 'ended' GROUP BY name, status ORDER BY name, status",
    );
  }
}

export function openSaga(connection: Connection, name: string, key: string): SagaRow | undefined {
  const sql = `SELECT ${sagaColumns} FROM anywise_saga WHERE name = ? AND key = ?`;
  const row = connection.get<StoredSaga>(sql, name, key);
  return row === undefined ? undefined : sagaIn(row);
}

const insertSql = `
  INSERT INTO anywise_saga (name, key, status, shape, revision, state, timeouts, created_at, changed_at, ended_at)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ${now}, ${now}, CASE WHEN ?3 = 'ended' THEN ${now} END WHERE ?5 = 1
  ON CONFLICT DO NOTHING`;

const updateSql = `
  UPDATE anywise_saga SET status = ?3, shape = ?4, revision = ?5, state = ?6, timeouts = ?7, changed_at = ${now},
    ended_at = CASE WHEN ?3 = 'ended' THEN coalesce(ended_at, ${now}) END
  WHERE name = ?1 AND key = ?2 AND revision = ?5 - 1`;

const stepSql = `
  INSERT INTO anywise_saga_step (name, key, n, message_id, type, outcome, state, caused, envelope, at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ${now})`;

const capSql = 'DELETE FROM anywise_saga_step WHERE name = ? AND key = ? AND n <= ? AND envelope IS NULL';

/** Keeps a saga whose revision is the next one, and the step that led to it. */
export function saveSaga(connection: Connection, saga: KeptSaga, step: SagaStep): void {
  const { name, key, status, shape, revision, state, timeouts } = saga;
  const values = [name, key, status, shape, revision, state ?? null, JSON.stringify(timeouts)];
  if (connection.run(revision === 1 ? insertSql : updateSql, ...values) === 0) {
    throw new StreamConflictError(`${name}/${key}`);
  }
  const { messageId, type, outcome, caused, json } = step;
  const said = [step.state ?? null, JSON.stringify(caused), json ?? null];
  connection.run(stepSql, name, key, revision, messageId, type, outcome, ...said);
  if (revision > keptSteps) connection.run(capSql, name, key, revision - keptSteps);
}

export function takeEarly(connection: Connection, name: string, key: string): readonly string[] {
  const early = 'name = ? AND key = ? AND envelope IS NOT NULL';
  const sql = `SELECT envelope AS json FROM anywise_saga_step WHERE ${early} ORDER BY n`;
  const rows = connection.all<{ json: string }>(sql, name, key);
  if (rows.length > 0) connection.run(`UPDATE anywise_saga_step SET envelope = NULL WHERE ${early}`, name, key);
  return rows.map(({ json }) => json);
}
