import type { StoreChanged } from '../core/ports/store.js';
import type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetters,
  InboxRef,
} from '../core/ports/dead-letters.js';
import type { SqlValue } from '../core/ports/sql.js';
import { actionBy, type NewAction } from '../kit/actions.js';
import { failuresOf, replayedFailures, type StoredFailure } from '../kit/failed-attempts.js';
import { holdsUp, type DeadState } from '../kit/dead-state.js';
import { keyOf } from '../kit/lanes.js';
import { recordAction } from './actions.js';
import type { Connections } from './client.js';
import { readStored, type StoredText } from '../kit/stored.js';
import { now, storedEnvelope, storedText, withinBatch } from './sql.js';
import type { Writer } from './writer.js';
import type { Database } from './database.js';

const isDead = `state IN ('dead', 'parked', 'blocking')`;

interface Row extends StoredText {
  readonly seq: number;
  readonly listener: string;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly lane: string;
  readonly original: string | null;
  readonly state: DeadState;
  readonly attempts: number;
  readonly error: string;
  readonly failures: string | null;
  readonly receivedAt: number;
  readonly diedAt: number;
}

export class SqliteDeadLetters implements DeadLetters {
  readonly #connections: Connections;
  readonly #writer: Writer;
  readonly #changed: StoreChanged;

  constructor({ connections, writer }: Database, changed: StoreChanged) {
    this.#connections = connections;
    this.#writer = writer;
    this.#changed = changed;
  }

  async list(filter: DeadLetterFilter, { limit, after = 0 }: DeadLetterPage): Promise<readonly DeadLetter[]> {
    const { where, values } = conditionOf(filter);
    const page = withinBatch(`
      SELECT seq, coalesce(octet_length(envelope), 0) + coalesce(octet_length(original), 0) AS size
      FROM anywise_inbox INDEXED BY anywise_inbox_dead WHERE ${where} AND seq > ? ORDER BY seq LIMIT ?`);
    const rows = this.#connections.reader.all<Row>(
      `SELECT seq, listener, source, id, type, lane, ${storedEnvelope}, original, state, attempts, last_error AS error, failures,
         received_at AS receivedAt, at AS diedAt
       FROM anywise_inbox WHERE seq IN (${page}) ORDER BY seq`,
      ...values,
      after,
      limit,
    );
    return rows.map(deadLetterOf);
  }

  async count(filter: DeadLetterFilter): Promise<number> {
    const { where, values } = conditionOf(filter);
    const sql = `SELECT count(*) AS count FROM anywise_inbox INDEXED BY anywise_inbox_dead WHERE ${where}`;
    return this.#connections.reader.get<{ count: number }>(sql, ...values)?.count ?? 0;
  }

  replay(filter: DeadLetterFilter, who?: string): Promise<number> {
    return this.#update(
      `state = 'ready', at = 0, attempts = 0, last_error = NULL, failures = '${replayedFailures}'`,
      filter,
      actionBy(who, 'dead-letters replay', filter),
    );
  }

  async edit({ listener, source, id }: InboxRef, json: string, who?: string, over?: string): Promise<boolean> {
    const sql = `
      UPDATE anywise_inbox SET original = coalesce(original, envelope), envelope = ?1
      WHERE listener = ?2 AND id = ?3 AND source = ?4 AND ${isDead}
        AND (?5 IS NULL OR coalesce(${storedText}, '') = ?5)`;
    const action = actionBy(who, 'dead-letters edit', { listener, source, id });
    return (await this.#write(action, sql, json, listener, id, source, over ?? null)) === 1;
  }

  discard(filter: DeadLetterFilter, who?: string): Promise<number> {
    return this.#update(
      `state = 'handled', at = ${now}, envelope = NULL, original = NULL, last_error = NULL, failures = NULL`,
      filter,
      actionBy(who, 'dead-letters discard', filter),
    );
  }

  async #update(change: string, filter: DeadLetterFilter, action: NewAction | undefined): Promise<number> {
    const { where, values } = conditionOf(filter);
    const sql = `UPDATE anywise_inbox INDEXED BY anywise_inbox_dead SET ${change} WHERE ${where}`;
    const count = await this.#write(action, sql, ...values);
    if (count > 0) this.#changed('inbox');
    return count;
  }

  #write(action: NewAction | undefined, sql: string, ...values: readonly SqlValue[]): Promise<number> {
    const { writer } = this.#connections;
    return this.#writer.run(() => {
      const count = writer.run(sql, ...values);
      recordAction(writer, action, count);
      return count;
    });
  }
}

/** The values of a filter for a statement. */
function conditionOf({ id, source, listener, type, error, olderThanMs, upTo }: DeadLetterFilter): {
  readonly where: string;
  readonly values: readonly SqlValue[];
} {
  const parts: readonly (readonly [string, SqlValue | undefined])[] = [
    ['id = ?', id],
    ['source = ?', source],
    ['listener = ?', listener],
    ['type = ?', type],
    // SQLite only ignores the case of ASCII letters; others must match exactly.
    ['instr(lower(last_error), lower(?)) > 0', error],
    [`at <= ${now} - ?`, olderThanMs],
    ['seq <= ?', upTo],
  ];
  const given = parts.filter((part): part is readonly [string, SqlValue] => part[1] !== undefined);
  return { where: [isDead, ...given.map(([sql]) => sql)].join(' AND '), values: given.map(([, value]) => value) };
}

function deadLetterOf({ lane, text, bytes, original, state, failures, ...row }: Row): DeadLetter {
  return {
    ...row,
    key: keyOf(lane),
    json: readStored({ text, bytes }).json,
    original: original ?? undefined,
    holdsUp: holdsUp[state],
    failures: failuresOf(failures === null ? null : (JSON.parse(failures) as readonly StoredFailure[])),
  };
}
