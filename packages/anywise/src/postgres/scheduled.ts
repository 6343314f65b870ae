import type { ScheduledMessage, ScheduledMessages } from '../core/ports/scheduled.js';
import { readStoredEnvelope, type StoredText } from '../kit/stored.js';
import type { Database } from './database.js';
import { storedEnvelope } from './sql.js';

interface Row extends StoredText {
  readonly seq: number;
  readonly id: string;
  readonly dueAt: number;
}

export class PostgresScheduledMessages implements ScheduledMessages {
  readonly #database: Database;
  readonly #outbox: string;

  /** @param schema the quoted name. */
  constructor(database: Database, schema: string) {
    this.#database = database;
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
}
