import type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetters,
  InboxRef,
} from '../core/ports/dead-letters.js';
import type { StoreChanged } from '../core/ports/store.js';
import { actionBy, type NewAction } from '../kit/actions.js';
import { failuresOf, replayedFailures, type StoredFailure } from '../kit/failed-attempts.js';
import { holdsUp, type DeadState } from '../kit/dead-state.js';
import { keyOf } from '../kit/lanes.js';
import { changeAndRecord } from './actions.js';
import type { Database } from './database.js';
import { refValue } from './refs.js';
import { readStored, type StoredText } from '../kit/stored.js';
import { storable } from '../core/message/storable-text.js';
import { now, storedEnvelope, storedText, withinBatch } from './sql.js';

interface Row extends Omit<DeadLetter, 'key' | 'json' | 'original' | 'holdsUp' | 'failures'>, StoredText {
  readonly lane: string;
  readonly original: string | null;
  readonly state: DeadState;
  readonly failures: readonly StoredFailure[] | null;
}

const isDead = `state IN ('dead', 'parked', 'blocking')`;

/** Given by {@link filterValues}. */
const matches = `
  ${isDead} AND ($1::text IS NULL OR id = $1) AND ($2::text IS NULL OR listener = $2) AND ($3::text IS NULL OR type = $3)
  AND ($4::text IS NULL OR strpos(lower(last_error), lower($4)) > 0) AND ($5::bigint IS NULL OR at <= ${now} - $5)
  AND ($6::text IS NULL OR source = $6) AND ($7::bigint IS NULL OR seq <= $7)`;

function filterValues({ id, source, listener, type, error, olderThanMs, upTo }: DeadLetterFilter): unknown[] {
  const text = (value: string | undefined): string | null => (value === undefined ? null : storable(value));
  const ageMs = olderThanMs === undefined ? null : Math.ceil(olderThanMs);
  return [text(id), text(listener), text(type), text(error), ageMs, text(source), upTo ?? null];
}

export class PostgresDeadLetters implements DeadLetters {
  readonly #database: Database;
  readonly #schema: string;
  readonly #inbox: string;
  readonly #changed: StoreChanged;

  /** @param schema the quoted name. */
  constructor(database: Database, schema: string, changed: StoreChanged) {
    this.#database = database;
    this.#schema = schema;
    this.#inbox = `${schema}.anywise_inbox`;
    this.#changed = changed;
  }

  async list(filter: DeadLetterFilter, { limit, after = 0 }: DeadLetterPage): Promise<readonly DeadLetter[]> {
    const page = withinBatch(`
      SELECT *, coalesce(octet_length(envelope), 0)::bigint + coalesce(octet_length(original), 0) AS size
      FROM ${this.#inbox} WHERE ${matches} AND seq > $8 ORDER BY seq LIMIT $9`);
    const text = `
      SELECT seq, listener, source, id, type, lane, ${storedEnvelope('letter')}, original, state, attempts, last_error AS error, failures,
        received_at AS "receivedAt", at AS "diedAt"
      FROM ${page} AS letter ORDER BY seq`;
    const { rows } = await this.#database.query<Row>({ text }, ...filterValues(filter), after, limit);
    return rows.map(deadLetterOf);
  }

  async count(filter: DeadLetterFilter): Promise<number> {
    const text = `SELECT count(*) AS count FROM ${this.#inbox} WHERE ${matches}`;
    const { rows } = await this.#database.query<{ count: number }>({ text }, ...filterValues(filter));
    return rows[0]?.count ?? 0;
  }

  replay(filter: DeadLetterFilter, who?: string): Promise<number> {
    return this.#update(
      `state = 'ready', at = 0, attempts = 0, last_error = NULL, failures = '${replayedFailures}'`,
      filter,
      actionBy(who, 'dead-letters replay', filter),
    );
  }

  async edit(letter: InboxRef, json: string, who?: string, over?: string): Promise<boolean> {
    const text = `
      UPDATE ${this.#inbox} AS letter SET original = coalesce(original, envelope), envelope = $4
      WHERE listener = $1 AND id = $2 AND source = $3 AND ${isDead}
        AND ($5::text IS NULL OR coalesce(${storedText('letter')}, '') = $5)`;
    const { listener, source, id } = letter;
    const action = actionBy(who, 'dead-letters edit', { listener, source, id });
    const values = [...refValue(letter), storable(json), over === undefined ? null : storable(over)];
    return (await changeAndRecord(this.#database, this.#schema, action, text, ...values)) === 1;
  }

  discard(filter: DeadLetterFilter, who?: string): Promise<number> {
    return this.#update(
      `state = 'handled', at = ${now}, envelope = NULL, original = NULL, last_error = NULL, failures = NULL`,
      filter,
      actionBy(who, 'dead-letters discard', filter),
    );
  }

  async #update(change: string, filter: DeadLetterFilter, action: NewAction | undefined): Promise<number> {
    const text = `UPDATE ${this.#inbox} SET ${change} WHERE ${matches}`;
    const count = await changeAndRecord(this.#database, this.#schema, action, text, ...filterValues(filter));
    if (count > 0) this.#changed('inbox');
    return count;
  }
}

function deadLetterOf({ lane, text, bytes, original, state, failures, ...row }: Row): DeadLetter {
  return {
    ...row,
    key: keyOf(lane),
    json: readStored({ text, bytes }).json,
    original: original ?? undefined,
    holdsUp: holdsUp[state],
    failures: failuresOf(failures),
  };
}
