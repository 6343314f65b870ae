import { limits } from '../core/message/limits.js';
import type { WrittenEnvelope } from '../core/message/envelope.js';
import type { WireText } from '../kit/wire.js';
import { prepared, type Database } from './database.js';
import type { ConsumerKey } from './position.js';
import type { Statement } from './session.js';
import { now } from './sql.js';
import { textIn, textValues } from './texts.js';

const batchSize = 500;
export const trimBatch = 5_000;

/** The statements of a transport for its log. */
export interface LogStatements {
  readonly add: Statement;
  readonly page: Statement;
  readonly beginning: Statement;
  readonly trim: Statement;
  readonly lag: Statement;
  readonly check: string;
}

/** @param schema the quoted name. */
export function logStatements(schema: string): LogStatements {
  const consumer = `${schema}.anywise_consumer`;
  const message = `${schema}.anywise_message`;
  // `NULL` unless `$5` is the instance that reads.
  const position = `(SELECT position FROM ${consumer} WHERE name = $1 AND types = $2 AND holder = $5)`;
  return {
    // Publishers take turns: a number is only taken once the previous one has been committed. So a reader that has seen a
    // number has seen, or can see, every lower one.
    add: prepared(`
      WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended($1, 0))),
      added AS (
        INSERT INTO ${message} (type, kind, envelope, published_at)
        SELECT type, kind, ${textIn('$7')}, ${now}
        FROM turn, unnest($3::text[], $4::text[], $5::integer[], $6::integer[]) WITH ORDINALITY
          AS message (type, kind, start, size, n)
        ORDER BY n
        RETURNING 1)
      SELECT pg_notify($2, '') FROM (SELECT count(*) FROM added) AS done`),
    // Messages that are not wanted, or larger than `$4` bytes, are skipped without sending their text.
    page: prepared(`
      SELECT seq, CASE WHEN ${isWanted} THEN type END AS type, CASE WHEN ${isWanted} THEN left(kind, 20) END AS kind,
        CASE WHEN ${isWanted} AND octet_length(envelope) <= $4 THEN envelope END AS envelope
      FROM ${message} WHERE seq > ${position} AND seq <= (${lastOfPageSql(message, position)}) ORDER BY seq`),
    beginning: {
      text: `
        SELECT octet_length(envelope) AS bytes, left(envelope, ${limits.keptBytes}) AS text
        FROM ${message} WHERE seq = $1`,
    },
    // The position of a version that no longer reads, and was overtaken by another, holds nothing back. Commands are kept
    // for their owner, which may never have run yet. Only the oldest rows are examined, because older ones never follow.
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
    // What waits for a consumer among the next `$4` messages, and whether there are more.
    lag: {
      text: `
        SELECT count(*) FILTER (WHERE is_wanted AND n <= $4)::integer AS count, count(*) > $4 AS "isMore"
        FROM (
          SELECT ${isWanted} AS is_wanted, row_number() OVER (ORDER BY seq) AS n FROM ${message}
          WHERE seq > (SELECT position FROM ${consumer} WHERE name = $1 AND types = $2)
          ORDER BY seq LIMIT $4::integer + 1) AS next`,
    },
    check: `SELECT 1 FROM ${message} LIMIT 1`,
  };
}

const isWanted = `(type = ANY ($3::text[]) OR (kind = 'command' AND starts_with(type, $1::text || '.')))`;

/**
 * The number of the last message of a page. Sizes are read without reading the texts. If everything fits, as it nearly
 * always does, this ends early.
 */
function lastOfPageSql(message: string, position: string): string {
  return `
    SELECT CASE WHEN sum(bytes) <= ${limits.batchBytes} THEN max(seq) ELSE (
      SELECT max(seq) FROM (
        SELECT seq, bytes, sum(bytes) OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) AS total FROM (
          SELECT seq, CASE WHEN ${isWanted} THEN least(octet_length(envelope), $4::integer) ELSE 0 END AS bytes
          FROM ${message} WHERE seq > ${position} ORDER BY seq LIMIT ${batchSize}) AS next) AS added
      WHERE total <= ${limits.batchBytes} OR total = bytes) END
    FROM (
      SELECT seq, octet_length(envelope)::bigint + octet_length(type) + octet_length(kind) AS bytes
      FROM ${message} WHERE seq > ${position} ORDER BY seq LIMIT ${batchSize}) AS next`;
}

/** The values of the statement `add`, except the lock and the channel. */
export function messageValues(written: readonly WrittenEnvelope[]): unknown[] {
  return [
    written.map(({ envelope }) => envelope.type),
    written.map(({ envelope }) => envelope.kind),
    ...textValues(written.map(({ json }) => json)),
  ];
}

interface PageRow {
  readonly seq: number;
  /** `null` if it is not wanted. */
  readonly type: string | null;
  readonly kind: string;
  /** `null` if it is not wanted, or too large. */
  readonly envelope: string | null;
}

/** The next page for a consumer. */
export interface Page {
  /** The number of the last message, wanted or not. */
  readonly last: number;
  readonly wanted: readonly WireText[];
}

interface PageOptions {
  readonly database: Database;
  readonly statements: LogStatements;
  readonly consumer: ConsumerKey;
  /** The instance. */
  readonly holder: string;
  readonly types: readonly string[];
  /** Of a larger message, only the beginning is read. */
  readonly maxBytes: number;
}

/** Reads the next page for a consumer; `undefined` if there is nothing, or another instance reads. */
export async function readPage(options: PageOptions): Promise<Page | undefined> {
  const { database, statements, consumer, holder, types, maxBytes } = options;
  const { rows } = await database.queryByIndex<PageRow>(statements.page, ...consumer, types, maxBytes, holder);
  const last = rows.at(-1);
  if (last === undefined) return undefined;
  const wanted: WireText[] = [];
  for (const { seq, type, kind, envelope } of rows) {
    if (type === null) continue;
    const text = envelope === null ? await beginningOf(options, seq) : { text: envelope };
    if (text !== undefined) wanted.push({ ...text, type, kind, name: `Message ${seq} of the log` });
  }
  return { last: last.seq, wanted };
}

/** `undefined` if it has been deleted in the meantime. */
async function beginningOf(
  { database, statements }: PageOptions,
  seq: number,
): Promise<Pick<WireText, 'text' | 'bytes'> | undefined> {
  return (await database.query<{ text: string; bytes: number }>(statements.beginning, seq)).rows[0];
}

/** The lock under which numbers of a log are taken. */
export function logLock(schema: string): string {
  return `anywise-log:${schema}`;
}
