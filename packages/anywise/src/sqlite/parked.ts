import { envelopeIn } from '../core/message/envelope.js';
import type { ParkedMessage, ParkedMessages } from '../core/ports/parked.js';
import type { SqlValue } from '../core/ports/sql.js';
import type { StoreChanged } from '../core/ports/store.js';
import { actionBy, type NewAction } from '../kit/actions.js';
import { readStored, type StoredText } from '../kit/stored.js';
import { recordAction } from './actions.js';
import type { Connections } from './client.js';
import type { Writer } from './writer.js';
import type { Database } from './database.js';
import { storedEnvelope, withinBatch } from './sql.js';

interface Row extends StoredText {
  readonly seq: number;
  readonly id: string;
  readonly attempts: number;
  readonly error: string;
}

export class SqliteParkedMessages implements ParkedMessages {
  readonly #connections: Connections;
  readonly #writer: Writer;
  readonly #changed: StoreChanged;

  constructor({ connections, writer }: Database, changed: StoreChanged) {
    this.#connections = connections;
    this.#writer = writer;
    this.#changed = changed;
  }

  async list(limit: number, after = 0): Promise<readonly ParkedMessage[]> {
    const page = withinBatch(`
      SELECT seq, coalesce(octet_length(envelope), 0) AS size FROM anywise_outbox INDEXED BY anywise_outbox_parked
      WHERE state = 'parked' AND seq > ? ORDER BY seq LIMIT ?`);
    const rows = this.#connections.reader.all<Row>(
      `SELECT seq, id, ${storedEnvelope}, attempts, last_error AS error FROM anywise_outbox
       WHERE seq IN (${page}) ORDER BY seq`,
      after,
      limit,
    );
    return rows.map(parkedMessageOf);
  }

  retry(id?: string, who?: string): Promise<number> {
    const sql = `
      UPDATE anywise_outbox SET state = 'waiting', due_at = 0, attempts = 0, last_error = NULL WHERE state = 'parked'`;
    const action = actionBy(who, 'outbox retry', { id });
    return id === undefined ? this.#write(action, sql) : this.#write(action, `${sql} AND id = ?`, id);
  }

  async discard(id: string, who?: string): Promise<boolean> {
    const sql = `DELETE FROM anywise_outbox WHERE state = 'parked' AND id = ?`;
    return (await this.#write(actionBy(who, 'outbox discard', { id }), sql, id)) === 1;
  }

  async #write(action: NewAction | undefined, sql: string, ...values: readonly SqlValue[]): Promise<number> {
    const { writer } = this.#connections;
    const count = await this.#writer.run(() => {
      const changed = writer.run(sql, ...values);
      recordAction(writer, action, changed);
      return changed;
    });
    if (count > 0) this.#changed('outbox');
    return count;
  }
}

function parkedMessageOf({ seq, id, attempts, error, ...stored }: Row): ParkedMessage {
  const { json } = readStored(stored);
  return { seq, id, envelope: envelopeIn(json), json, attempts, error };
}
