import type { ScheduledMessage, ScheduledMessages } from '../core/ports/scheduled.js';
import type { Connections } from './client.js';
import { readStoredEnvelope, type StoredText } from '../kit/stored.js';
import type { Database } from './database.js';
import { storedEnvelope } from './sql.js';

interface Row extends StoredText {
  readonly seq: number;
  readonly id: string;
  readonly dueAt: number;
}

export class SqliteScheduledMessages implements ScheduledMessages {
  readonly #connections: Connections;

  constructor({ connections }: Database) {
    this.#connections = connections;
  }

  async list(limit: number): Promise<readonly ScheduledMessage[]> {
    const rows = this.#connections.reader.all<Row>(
      `SELECT seq, id, ${storedEnvelope}, due_at AS dueAt FROM anywise_outbox INDEXED BY anywise_outbox_scheduled
       WHERE state = 'scheduled' ORDER BY due_at, seq LIMIT ?`,
      limit,
    );
    return rows.map(({ seq, id, dueAt, ...stored }) => ({
      seq,
      id,
      envelope: readStoredEnvelope(stored).envelope,
      dueAt,
    }));
  }
}
