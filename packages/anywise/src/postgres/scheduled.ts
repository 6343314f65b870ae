import type { Envelope } from '../core/message/envelope.js';
import type { ScheduledMessage, ScheduledMessages } from '../core/ports/scheduled.js';
import type { Database } from './database.js';

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
      SELECT seq, envelope, due_at AS "dueAt" FROM ${this.#outbox}
      WHERE state = 'scheduled' ORDER BY due_at, seq LIMIT $1`;
    const { rows } = await this.#database.queryByIndex<{ seq: number; envelope: string; dueAt: number }>(
      { text },
      limit,
    );
    return rows.map(({ envelope, ...row }) => ({ ...row, envelope: JSON.parse(envelope) as Envelope }));
  }
}
