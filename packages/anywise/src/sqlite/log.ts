import { now } from './sql.js';

const batchSize = 500;
export const trimBatch = 5_000;

/** What a transport does with its log and with the positions in it. */
export const logStatements = {
  add: 'INSERT INTO anywise_message (type, kind, envelope, published_at) VALUES (?, ?, ?, ?)',
  /** A new version of a service goes on where the one before it is; a new service begins with the oldest message kept. */
  join: `
    INSERT OR IGNORE INTO anywise_consumer (name, types, position, read_at)
    VALUES (?1, ?2, coalesce((SELECT max(position) FROM anywise_consumer WHERE name = ?1), 0), ${now})`,
  next: `
    SELECT seq, type, envelope FROM anywise_message
    WHERE seq > (SELECT position FROM anywise_consumer WHERE name = ? AND types = ?) ORDER BY seq LIMIT ${batchSize}`,
  read: `UPDATE anywise_consumer SET position = max(position, ?), read_at = ${now} WHERE name = ? AND types = ?`,
  /**
   * The position of a version that reads no more and was overtaken by another holds nothing back. Commands are kept for
   * their owner, which may never have run yet.
   */
  trim: `
    DELETE FROM anywise_message WHERE seq IN (
      SELECT seq FROM anywise_message
      WHERE published_at < ${now} - ?1
         OR (published_at < ${now} - ?2 AND kind <> 'command' AND seq <= (
              SELECT min(position) FROM anywise_consumer AS reader
              WHERE read_at > ${now} - ?2
                 OR NOT EXISTS (
                   SELECT 1 FROM anywise_consumer WHERE name = reader.name AND position > reader.position)))
      ORDER BY seq LIMIT ${trimBatch})`,
  check: 'SELECT 1 FROM anywise_message LIMIT 1',
} as const;

export interface LogRow {
  readonly seq: number;
  readonly type: string;
  readonly envelope: string;
}
