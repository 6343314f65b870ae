import { envelopeIn } from '../core/message/envelope.js';
import type { ParkedMessage, ParkedMessages } from '../core/ports/parked.js';
import type { StoreChanged } from '../core/ports/store.js';
import type { Database } from './database.js';
import { readStored, type StoredText } from '../kit/stored.js';
import { storable } from '../core/message/storable-text.js';
import { storedEnvelope } from './sql.js';

interface Row extends StoredText {
  readonly seq: number;
  readonly id: string;
  readonly attempts: number;
  readonly error: string;
}

export class PostgresParkedMessages implements ParkedMessages {
  readonly #database: Database;
  readonly #outbox: string;
  readonly #changed: StoreChanged;

  /** @param schema the quoted name. */
  constructor(database: Database, schema: string, changed: StoreChanged) {
    this.#database = database;
    this.#outbox = `${schema}.anywise_outbox`;
    this.#changed = changed;
  }

  async list(limit: number): Promise<readonly ParkedMessage[]> {
    const text = `
      SELECT seq, id, ${storedEnvelope('parked')}, attempts, last_error AS error FROM ${this.#outbox} AS parked
      WHERE state = 'parked' ORDER BY seq LIMIT $1`;
    const { rows } = await this.#database.query<Row>({ text }, limit);
    return rows.map(parkedMessageOf);
  }

  retry(id?: string): Promise<number> {
    const text = `
      UPDATE ${this.#outbox} SET state = 'waiting', due_at = 0, attempts = 0, last_error = NULL
      WHERE state = 'parked' AND ($1::text IS NULL OR id = $1)`;
    return this.#write(text, id === undefined ? null : storable(id));
  }

  async discard(id: string): Promise<boolean> {
    return (await this.#write(`DELETE FROM ${this.#outbox} WHERE state = 'parked' AND id = $1`, storable(id))) === 1;
  }

  async #write(text: string, id: string | null): Promise<number> {
    const { rowCount } = await this.#database.query({ text }, id);
    const count = rowCount ?? 0;
    if (count > 0) this.#changed('outbox');
    return count;
  }
}

function parkedMessageOf({ seq, id, attempts, error, ...stored }: Row): ParkedMessage {
  const { json } = readStored(stored);
  return { seq, id, envelope: envelopeIn(json), json, attempts, error };
}
