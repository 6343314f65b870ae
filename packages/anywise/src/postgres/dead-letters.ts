import type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetters,
  InboxRef,
} from '../core/ports/dead-letters.js';
import type { StoreChanged } from '../core/ports/store.js';
import type { Database } from './database.js';
import { now, storable } from './schema.js';

interface DeadRow extends Omit<DeadLetter, 'key' | 'original'> {
  readonly key: string | null;
  readonly original: string | null;
}

const isDead = `state IN ('dead', 'parked', 'blocking')`;

/** Given by {@link filterValues}. */
const matches = `
  ${isDead} AND ($1::text IS NULL OR id = $1) AND ($2::text IS NULL OR listener = $2) AND ($3::text IS NULL OR type = $3)
  AND ($4::text IS NULL OR strpos(lower(last_error), lower($4)) > 0) AND ($5::bigint IS NULL OR at <= ${now} - $5)`;

function filterValues({ id, listener, type, error, olderThanMs }: DeadLetterFilter): unknown[] {
  const text = (value: string | undefined): string | null => (value === undefined ? null : storable(value));
  return [text(id), text(listener), text(type), text(error), olderThanMs === undefined ? null : Math.ceil(olderThanMs)];
}

export class PostgresDeadLetters implements DeadLetters {
  readonly #database: Database;
  readonly #inbox: string;
  readonly #changed: StoreChanged;

  /** @param schema the quoted name. */
  constructor(database: Database, schema: string, changed: StoreChanged) {
    this.#database = database;
    this.#inbox = `${schema}.anywise_inbox`;
    this.#changed = changed;
  }

  async list(filter: DeadLetterFilter, { limit, after = 0 }: DeadLetterPage): Promise<readonly DeadLetter[]> {
    const text = `
      SELECT seq, listener, id, type, key, envelope AS json, original, attempts, last_error AS error,
        CASE WHEN state = 'blocking' THEN 'listener' WHEN state = 'parked' AND key IS NOT NULL THEN 'key' ELSE 'nothing' END
          AS "holdsUp",
        received_at AS "receivedAt", at AS "diedAt"
      FROM ${this.#inbox} WHERE ${matches} AND seq > $6 ORDER BY seq LIMIT $7`;
    const { rows } = await this.#database.query<DeadRow>({ text }, ...filterValues(filter), after, limit);
    return rows.map((row) => ({ ...row, key: row.key ?? undefined, original: row.original ?? undefined }));
  }

  async count(filter: DeadLetterFilter): Promise<number> {
    const text = `SELECT count(*) AS count FROM ${this.#inbox} WHERE ${matches}`;
    const { rows } = await this.#database.query<{ count: number }>({ text }, ...filterValues(filter));
    return rows[0]?.count ?? 0;
  }

  async replay(filter: DeadLetterFilter): Promise<number> {
    return this.#end(`state = 'ready', at = 0, attempts = 0, last_error = NULL`, filter);
  }

  async edit({ listener, id }: InboxRef, json: string): Promise<boolean> {
    const text = `
      UPDATE ${this.#inbox} SET original = coalesce(original, envelope), envelope = $3
      WHERE listener = $1 AND id = $2 AND ${isDead}`;
    const { rowCount } = await this.#database.query({ text }, listener, storable(id), storable(json));
    return rowCount === 1;
  }

  async discard(filter: DeadLetterFilter): Promise<number> {
    return this.#end(`state = 'handled', at = ${now}, envelope = NULL, original = NULL, last_error = NULL`, filter);
  }

  async #end(change: string, filter: DeadLetterFilter): Promise<number> {
    const text = `UPDATE ${this.#inbox} SET ${change} WHERE ${matches}`;
    const { rowCount } = await this.#database.query({ text }, ...filterValues(filter));
    this.#changed('inbox');
    return rowCount ?? 0;
  }
}
