import type { Connection } from './client.js';
import { beforeAllKeys, keysAtOnce, keysInOneSearch, windowFor, type KeyPosition, type StoredKey } from './keys.js';
import { now } from './schema.js';

const isWaiting = 'scheduled = 0 AND parked = 0';

const columns = 'seq, envelope, attempts';

const oldestSql = `
  SELECT ${columns} FROM (
    SELECT * FROM anywise_outbox INDEXED BY anywise_outbox_waiting WHERE ${isWaiting} ORDER BY seq LIMIT ?2) AS row
  WHERE due_at <= ${now}
    AND NOT EXISTS (
      SELECT 1 FROM anywise_outbox AS held INDEXED BY anywise_outbox_held
      WHERE held.key = row.key AND held.seq < row.seq AND held.attempts > 0 AND (held.parked = 1 OR held.due_at > ${now}))
  ORDER BY seq LIMIT ?1`;

const moreSql = `SELECT 1 FROM anywise_outbox INDEXED BY anywise_outbox_waiting WHERE ${isWaiting} LIMIT 1 OFFSET ?`;

/** Jumps from one key to the next. The keys that wait are among them; none of their rows is found then. */
const keysSql = `
  WITH RECURSIVE one (key) AS (
    SELECT min(key) FROM anywise_outbox INDEXED BY anywise_outbox_keys WHERE ${isWaiting} AND key > ?
    UNION ALL
    SELECT (
      SELECT min(next.key) FROM anywise_outbox AS next INDEXED BY anywise_outbox_keys
      WHERE next.scheduled = 0 AND next.parked = 0 AND next.key > one.key)
    FROM one WHERE key IS NOT NULL LIMIT ${keysAtOnce})
  SELECT key FROM one WHERE key IS NOT NULL`;

/** The rows of one key up to the first that is held. */
const rowsOfKeySql = `
  SELECT ${columns} FROM anywise_outbox INDEXED BY anywise_outbox_keys
  WHERE ${isWaiting} AND key = ?1 AND seq < coalesce(
    (SELECT min(seq) FROM anywise_outbox INDEXED BY anywise_outbox_held
     WHERE key = ?1 AND attempts > 0 AND (parked = 1 OR due_at > ${now})), 9223372036854775807)
  ORDER BY seq LIMIT ?2`;

export interface SendableRow {
  readonly seq: number;
  readonly envelope: string;
  readonly attempts: number;
}

/** Finds the rows that may go, at a cost that does not grow with the number of those that wait. */
export class Sendable {
  /** How far the walk from key to key has come. */
  #after: KeyPosition = beforeAllKeys;

  find(connection: Connection, limit: number): readonly SendableRow[] {
    const window = windowFor(limit);
    const oldest = connection.all<SendableRow>(oldestSql, limit, window);
    const isMore = oldest.length === 0 && connection.get(moreSql, window) !== undefined;
    return isMore ? this.#walk(connection, limit) : oldest;
  }

  #walk(connection: Connection, limit: number): readonly SendableRow[] {
    const found = new Map<number, SendableRow>();
    let keysLeft = keysInOneSearch;
    for (const key of this.#keysFromHere(connection)) {
      for (const row of connection.all<SendableRow>(rowsOfKeySql, key, limit)) found.set(row.seq, row);
      if (found.size >= limit || --keysLeft === 0) return [...found.values()].slice(0, limit);
    }
    this.#after = beforeAllKeys;
    return [...found.values()];
  }

  /** Goes round all keys. Whoever stops on the way goes on there the next time. */
  *#keysFromHere(connection: Connection): Iterable<StoredKey> {
    const starts = new Set<KeyPosition>([this.#after, beforeAllKeys]);
    for (const start of starts) {
      this.#after = start;
      let keys: readonly { readonly key: StoredKey }[];
      do {
        keys = connection.all<{ key: StoredKey }>(keysSql, this.#after);
        for (const { key } of keys) {
          this.#after = key;
          yield key;
        }
      } while (keys.length === keysAtOnce);
    }
  }
}
