import { prepared } from './database.js';
import type { Statement } from './session.js';
import { now } from './sql.js';

const batchSize = 500;
export const trimBatch = 5_000;

/** What a transport does with its log and with the positions in it. */
export interface LogStatements {
  readonly add: Statement;
  readonly join: Statement;
  readonly next: Statement;
  readonly read: Statement;
  readonly trim: Statement;
  readonly check: string;
}

export interface LogRow {
  readonly seq: number;
  /** `null` if its type was not asked for. */
  readonly envelope: string | null;
}

/** @param schema the quoted name. */
export function logStatements(schema: string): LogStatements {
  const consumer = `${schema}.anywise_consumer`;
  const message = `${schema}.anywise_message`;
  return {
    // One publisher after the other: a number is taken only when the publisher of the one before has committed. So a reader
    // that has seen a number has seen, or can see, every lower one.
    add: prepared(`
      WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended($1, 0))),
      added AS (
        INSERT INTO ${message} (type, kind, envelope, published_at)
        SELECT type, kind, envelope, ${now}
        FROM turn, ROWS FROM (unnest($2::text[]), unnest($3::text[]), json_array_elements_text($4::json)) WITH ORDINALITY
          AS message (type, kind, envelope, n)
        ORDER BY n
        RETURNING 1)
      SELECT pg_notify($5, '') FROM (SELECT count(*) FROM added) AS done`),
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
    // their owner, which may never have run yet. Only the oldest rows are looked at, as no older ones come after them.
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

/** The lock under which numbers of a log are taken. */
export function logLock(schema: string): string {
  return `anywise-log:${schema}`;
}
