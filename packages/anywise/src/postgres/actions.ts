import type { ActionPage, ActionRecord, Actions } from '../core/ports/actions.js';
import type { NewAction } from '../kit/actions.js';
import type { Database } from './database.js';
import type { Session } from './session.js';
import { now } from './sql.js';

export class PostgresActions implements Actions {
  readonly #database: Database;
  readonly #text: string;

  /** @param schema the quoted name. */
  constructor(database: Database, schema: string) {
    this.#database = database;
    this.#text = `
      SELECT seq, at, who, what, target, count FROM ${schema}.anywise_action WHERE seq < $1 ORDER BY seq DESC LIMIT $2`;
  }

  async list({ limit, before = Number.MAX_SAFE_INTEGER }: ActionPage): Promise<readonly ActionRecord[]> {
    const { rows } = await this.#database.query<ActionRecord>({ text: this.#text }, before, limit);
    return rows;
  }
}

/**
 * Changes rows and records who did it, in one statement. Returns how many rows changed.
 *
 * @param schema the quoted name.
 * @param change a statement that can end with `RETURNING`.
 */
export async function changeAndRecord(
  database: Database,
  schema: string,
  action: NewAction | undefined,
  change: string,
  ...values: readonly unknown[]
): Promise<number> {
  if (action === undefined) return (await database.query({ text: change }, ...values)).rowCount ?? 0;
  const [who, what, target] = [1, 2, 3].map((n) => `$${values.length + n}::text`);
  const text = `
    WITH changed AS (${change} RETURNING 1), counted AS (SELECT count(*)::integer AS count FROM changed),
    recorded AS (
      INSERT INTO ${schema}.anywise_action (at, who, what, target, count)
      SELECT ${now}, ${who}, ${what}, ${target}::jsonb, count FROM counted WHERE count > 0)
    SELECT count FROM counted`;
  const by = [action.who, action.what, JSON.stringify(action.target)];
  const { rows } = await database.query<{ count: number }>({ text }, ...values, ...by);
  return rows[0]?.count ?? 0;
}

/**
 * Records an action in the transaction of its change.
 *
 * @param schema the quoted name.
 */
export async function recordAction(
  session: Session,
  schema: string,
  action: NewAction | undefined,
  count: number,
): Promise<void> {
  if (action === undefined || count === 0) return;
  const { who, what, target } = action;
  const text = `INSERT INTO ${schema}.anywise_action (at, who, what, target, count) VALUES (${now}, $1, $2, $3, $4)`;
  await session.query({ text }, who, what, JSON.stringify(target), count);
}
