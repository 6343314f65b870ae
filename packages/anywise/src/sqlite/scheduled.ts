import type { Envelope } from '../core/message/envelope.js';
import type { ScheduledMessage, ScheduledMessages } from '../core/ports/scheduled.js';
import type { Connections } from './client.js';
import type { Database } from './database.js';

export class SqliteScheduledMessages implements ScheduledMessages {
  readonly #connections: Connections;

  constructor({ connections }: Database) {
    this.#connections = connections;
  }

  async list(limit: number): Promise<readonly ScheduledMessage[]> {
    const rows = this.#connections.reader.all<{ seq: number; envelope: string; dueAt: number }>(
      `SELECT seq, envelope, due_at AS dueAt FROM anywise_outbox INDEXED BY anywise_outbox_scheduled
       WHERE state = 'scheduled' ORDER BY due_at, seq LIMIT ?`,
      limit,
    );
    return rows.map(({ envelope, ...row }) => ({ ...row, envelope: JSON.parse(envelope) as Envelope }));
  }
}
