import type { ActionName, ActionPage, ActionRecord, Actions } from '../core/ports/actions.js';
import type { NewAction } from '../kit/actions.js';
import type { Connection } from './client.js';
import type { Database } from './database.js';
import { now } from './sql.js';

interface Row extends Omit<ActionRecord, 'target'> {
  readonly what: ActionName;
  readonly target: string;
}

export class SqliteActions implements Actions {
  readonly #reader: Connection;

  constructor({ connections }: Database) {
    this.#reader = connections.reader;
  }

  async list({ limit, before = Number.MAX_SAFE_INTEGER }: ActionPage): Promise<readonly ActionRecord[]> {
    const sql = 'SELECT seq, at, who, what, target, count FROM anywise_action WHERE seq < ? ORDER BY seq DESC LIMIT ?';
    const rows = this.#reader.all<Row>(sql, before, limit);
    return rows.map((row) => ({ ...row, target: JSON.parse(row.target) as ActionRecord['target'] }));
  }
}

/** Records an action, in the transaction of its change. */
export function recordAction(connection: Connection, action: NewAction | undefined, count: number): void {
  if (action === undefined || count === 0) return;
  const sql = `INSERT INTO anywise_action (at, who, what, target, count) VALUES (${now}, ?, ?, ?, ?)`;
  connection.run(sql, action.who, action.what, JSON.stringify(action.target), count);
}
