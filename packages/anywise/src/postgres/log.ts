import { prepared, type Statement } from './database.js';
import { now } from './schema.js';

const batchSize = 500;
export const trimBatch = 5_000;

/** What a transport does with its log and with the positions in it. */
export interface LogStatements {
  readonly join: Statement;
  readonly next: Statement;
  readonly read: Statement;
  readonly trim: Statement;
  readonly check: string;
}

/** @param schema the quoted name. */
export function logStatements(schema: string): LogStatements {
  const consumer = `${schema}.anywise_consumer`;
  const message = `${schema}.anywise_message`;
  return {
    // A new version of a service goes on where the one before it is; a new service begins with the oldest message kept.
    join: {
      text: `
        INSERT INTO ${consumer} (name, types, position, read_at)
        VALUES ($1, $2, coalesce((SELECT max(position) FROM ${consumer} WHERE name = $1), 0), ${now})
        ON CONFLICT (name, types) DO NOTHING`,
    },
    // What is not wanted is passed over without being sent here.
    next: prepared(`
      SELECT seq, CASE WHEN type = ANY ($3::text[]) THEN envelope END AS envelope FROM ${message}
      WHERE seq > (SELECT position FROM ${consumer} WHERE name = $1 AND types = $2) ORDER BY seq LIMIT ${batchSize}`),
    // Its commit does not wait for the disk: a server that loses it hands the messages over once more.
    read: prepared(
      `UPDATE ${consumer} SET position = greatest(position, $3), read_at = ${now}
       FROM (SELECT set_config('synchronous_commit', 'off', true)) AS later WHERE name = $1 AND types = $2`,
    ),
    // The position of a version that reads no more and was overtaken by another holds nothing back. Commands are kept for
    // whoever owns them, who may never have run yet. Only the oldest rows are looked at, as no older ones come after them.
    trim: {
      text: `
        DELETE FROM ${message} WHERE seq IN (
          SELECT seq FROM (SELECT seq, published_at FROM ${message} ORDER BY seq LIMIT ${trimBatch}) AS oldest
          WHERE published_at < ${now} - $1::bigint
          UNION
          SELECT seq FROM (
            SELECT seq, published_at FROM ${message} WHERE kind <> 'command' ORDER BY seq LIMIT ${trimBatch}) AS oldest
          WHERE published_at < ${now} - $2::bigint AND seq <= (
            SELECT min(position) FROM ${consumer} AS reader
            WHERE read_at > ${now} - $2::bigint
               OR NOT EXISTS (SELECT FROM ${consumer} WHERE name = reader.name AND position > reader.position)))`,
    },
    check: `SELECT 1 FROM ${message} LIMIT 1`,
  };
}
