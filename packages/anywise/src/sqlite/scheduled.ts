import type { ScheduledMessage, ScheduledMessages } from '../core/ports/scheduled.js';
import type { StoreChanged } from '../core/ports/store.js';
import { actionBy, type NewAction } from '../kit/actions.js';
import { readStoredEnvelope, type StoredText } from '../kit/stored.js';
import { recordAction } from './actions.js';
import type { Connection, Connections } from './client.js';
import type { Database } from './database.js';
import { deleteScheduled } from './outbox.js';
import { now, storedEnvelope } from './sql.js';
import type { Writer } from './writer.js';

const runNowSql = `UPDATE anywise_outbox SET due_at = ${now} WHERE id = ? AND state = 'scheduled' AND due_at > ${now}`;

interface Row extends StoredText {
  readonly seq: number;
  readonly id: string;
  readonly dueAt: number;
}

export class SqliteScheduledMessages implements ScheduledMessages {
  readonly #connections: Connections;
  readonly #writer: Writer;
  readonly #changed: StoreChanged;

  constructor({ connections, writer }: Database, changed: StoreChanged) {
    this.#connections = connections;
    this.#writer = writer;
    this.#changed = changed;
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

  cancel(id: string, who?: string): Promise<boolean> {
    return this.#write(actionBy(who, 'scheduled cancel', { id }), (connection) => deleteScheduled(connection, id));
  }

  runNow(id: string, who?: string): Promise<boolean> {
    return this.#write(actionBy(who, 'scheduled run', { id }), (connection) => connection.run(runNowSql, id) === 1);
  }

  async #write(action: NewAction | undefined, change: (connection: Connection) => boolean): Promise<boolean> {
    const { writer } = this.#connections;
    const isChanged = await this.#writer.run(() => {
      const changed = change(writer);
      recordAction(writer, action, Number(changed));
      return changed;
    });
    if (isChanged) this.#changed('outbox');
    return isChanged;
  }
}
