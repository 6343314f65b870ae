import { envelopeIn } from '../core/message/envelope.js';
import type { ParkedMessage, ParkedMessages } from '../core/ports/parked.js';
import type { StoreChanged } from '../core/ports/store.js';
import { actionBy, type NewAction } from '../kit/actions.js';
import { changeAndRecord } from './actions.js';
import type { Database } from './database.js';
import { readStored, type StoredText } from '../kit/stored.js';
import { storable } from '../core/message/storable-text.js';
import { storedEnvelope, withinBatch } from './sql.js';

interface Row extends StoredText {
  readonly seq: number;
  readonly id: string;
  readonly attempts: number;
  readonly error: string;
}

export class PostgresParkedMessages implements ParkedMessages {
  readonly #database: Database;
  readonly #schema: string;
  readonly #outbox: string;
  readonly #changed: StoreChanged;

  /** @param schema the quoted name. */
  constructor(database: Database, schema: string, changed: StoreChanged) {
    this.#database = database;
    this.#schema = schema;
    this.#outbox = `${schema}.anywise_outbox`;
    this.#changed = changed;
  }

  async list(limit: number, after = 0): Promise<readonly ParkedMessage[]> {
    const page = withinBatch(`
      SELECT *, coalesce(octet_length(envelope), 0) AS size FROM ${this.#outbox}
      WHERE state = 'parked' AND seq > $1 ORDER BY seq LIMIT $2`);
    const text = `
      SELECT seq, id, ${storedEnvelope('parked')}, attempts, last_error AS error FROM ${page} AS parked ORDER BY seq`;
    const { rows } = await this.#database.query<Row>({ text }, after, limit);
    return rows.map(parkedMessageOf);
  }

  retry(id?: string, who?: string): Promise<number> {
    const text = `
      UPDATE ${this.#outbox} SET state = 'waiting', due_at = 0, attempts = 0, last_error = NULL
      WHERE state = 'parked' AND ($1::text IS NULL OR id = $1)`;
    return this.#write(actionBy(who, 'outbox retry', { id }), text, id === undefined ? null : storable(id));
  }

  async discard(id: string, who?: string): Promise<boolean> {
    const text = `DELETE FROM ${this.#outbox} WHERE state = 'parked' AND id = $1`;
    return (await this.#write(actionBy(who, 'outbox discard', { id }), text, storable(id))) === 1;
  }

  async #write(action: NewAction | undefined, text: string, id: string | null): Promise<number> {
    const count = await changeAndRecord(this.#database, this.#schema, action, text, id);
    if (count > 0) this.#changed('outbox');
    return count;
  }
}

function parkedMessageOf({ seq, id, attempts, error, ...stored }: Row): ParkedMessage {
  const { json } = readStored(stored);
  return { seq, id, envelope: envelopeIn(json), json, attempts, error };
}
