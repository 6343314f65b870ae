import type { ScheduledMessage, ScheduledMessages } from '../core/ports/scheduled.js';
import type { StoreChanged } from '../core/ports/store.js';
import { storable } from '../core/message/storable-text.js';
import { actionBy, type NewAction } from '../kit/actions.js';
import { readStoredEnvelope, type StoredText } from '../kit/stored.js';
import { changeAndRecord } from './actions.js';
import type { Database } from './database.js';
import { cancelSql } from './outbox.js';
import { now, storedEnvelope } from './sql.js';

interface Row extends StoredText {
  readonly seq: number;
  readonly id: string;
  readonly dueAt: number;
}

export class PostgresScheduledMessages implements ScheduledMessages {
  readonly #database: Database;
  readonly #schema: string;
  readonly #outbox: string;
  readonly #changed: StoreChanged;

  /** @param schema the quoted name. */
  constructor(database: Database, schema: string, changed: StoreChanged) {
    this.#database = database;
    this.#schema = schema;
    this.#changed = changed;
    this.#outbox = `${schema}.anywise_outbox`;
  }

  async list(limit: number): Promise<readonly ScheduledMessage[]> {
    const text = `
      SELECT seq, id, ${storedEnvelope('row')}, due_at AS "dueAt" FROM ${this.#outbox} AS row
      WHERE state = 'scheduled' ORDER BY due_at, seq LIMIT $1`;
    const { rows } = await this.#database.queryByIndex<Row>({ text }, limit);
    return rows.map(({ seq, id, dueAt, ...stored }) => ({
      seq,
      id,
      envelope: readStoredEnvelope(stored).envelope,
      dueAt,
    }));
  }

  cancel(id: string, who?: string): Promise<boolean> {
    return this.#write(actionBy(who, 'scheduled cancel', { id }), cancelSql(this.#schema), id);
  }

  runNow(id: string, who?: string): Promise<boolean> {
    const text = `
      UPDATE ${this.#outbox} SET due_at = ${now}
      WHERE id = $1 AND state = 'scheduled' AND due_at > ${now}`;
    return this.#write(actionBy(who, 'scheduled run', { id }), text, id);
  }

  async #write(action: NewAction | undefined, text: string, id: string): Promise<boolean> {
    const count = await changeAndRecord(this.#database, this.#schema, action, text, storable(id));
    if (count === 1) this.#changed('outbox');
    return count === 1;
  }
}
