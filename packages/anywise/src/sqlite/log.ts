import { limits } from '../core/message/limits.js';
import type { BoundedCount } from '../core/ports/bounded-count.js';
import type { WireText } from '../kit/wire.js';
import type { Connection } from './client.js';
import type { ConsumerKey } from './position.js';
import { now } from './sql.js';

const batchSize = 500;
export const trimBatch = 5_000;

/** The position of a consumer, given by its name and its version; `NULL` unless `?4` is the instance that reads. */
const position = '(SELECT position FROM anywise_consumer WHERE name = ?1 AND types = ?2 AND holder = ?4)';

/** Whether a consumer gets a message. The version of a consumer is a JSON array of its types. */
const isWanted = `(type IN (SELECT value FROM json_each(?2))
  OR (kind = 'command' AND substr(type, 1, length(?1) + 1) = ?1 || '.'))`;

/**
 * The number of the last message of a page. Sizes are read without reading the texts. If everything fits, as it nearly
 * always does, this ends early.
 */
const lastOfPage = `
  SELECT CASE WHEN sum(bytes) <= ${limits.batchBytes} THEN max(seq) ELSE (
    SELECT max(seq) FROM (
      SELECT seq, bytes, sum(bytes) OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) AS total FROM (
        SELECT seq, CASE WHEN ${isWanted} THEN min(octet_length(envelope), ?3) ELSE 0 END AS bytes
        FROM anywise_message WHERE seq > ${position} ORDER BY seq LIMIT ${batchSize}))
    WHERE total <= ${limits.batchBytes} OR total = bytes) END
  FROM (
    SELECT seq, octet_length(envelope) + octet_length(type) + octet_length(kind) AS bytes
    FROM anywise_message WHERE seq > ${position} ORDER BY seq LIMIT ${batchSize})`;

/** The statements of a transport for its log. */
export const logStatements = {
  add: 'INSERT INTO anywise_message (type, kind, envelope, published_at) VALUES (?, ?, ?, ?)',
  /** Messages that are not wanted, or larger than `?3` bytes, are skipped without reading their text. */
  page: `
    SELECT seq, CASE WHEN ${isWanted} THEN type END AS type, CASE WHEN ${isWanted} THEN substr(kind, 1, 20) END AS kind,
      CASE WHEN ${isWanted} AND octet_length(envelope) <= ?3 THEN envelope END AS envelope
    FROM anywise_message WHERE seq > ${position} AND seq <= (${lastOfPage}) ORDER BY seq`,
  beginning: `
    SELECT octet_length(envelope) AS bytes, substr(envelope, 1, ${limits.keptBytes}) AS text
    FROM anywise_message WHERE seq = ?`,
  /**
   * The position of a version that no longer reads, and was overtaken by another, holds nothing back. Commands are kept for
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
  /** What waits for a consumer among the next `?3` messages, and whether there are more. */
  lag: `
    SELECT count(*) FILTER (WHERE is_wanted AND n <= ?3) AS count, count(*) > ?3 AS isMore
    FROM (
      SELECT ${isWanted} AS is_wanted, row_number() OVER (ORDER BY seq) AS n FROM anywise_message
      WHERE seq > (SELECT position FROM anywise_consumer WHERE name = ?1 AND types = ?2) ORDER BY seq LIMIT ?3 + 1)`,
  check: 'SELECT 1 FROM anywise_message LIMIT 1',
} as const;

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

/** Who reads, and what. */
interface PageOptions {
  readonly consumer: ConsumerKey;
  /** The instance. */
  readonly holder: string;
  /** Of a larger message, only the beginning is read. */
  readonly maxBytes: number;
}

/** Reads the next page for a consumer; `undefined` if there is nothing, or another instance reads. */
export function readPage(connection: Connection, { consumer, holder, maxBytes }: PageOptions): Page | undefined {
  const rows = connection.all<PageRow>(logStatements.page, ...consumer, maxBytes, holder);
  const last = rows.at(-1);
  if (last === undefined) return undefined;
  const wanted = rows.flatMap(({ seq, type, kind, envelope }): WireText[] => {
    if (type === null) return [];
    const text = envelope === null ? beginningOf(connection, seq) : { text: envelope };
    return text === undefined ? [] : [{ ...text, type, kind, name: `Message ${seq} of the log` }];
  });
  return { last: last.seq, wanted };
}

/** How many messages wait for a consumer. */
export function lagOf(connection: Connection, consumer: ConsumerKey, limit: number): BoundedCount {
  const found = connection.get<{ count: number; isMore: number }>(logStatements.lag, ...consumer, limit);
  return { count: found?.count ?? 0, isMore: found?.isMore === 1 };
}

/** `undefined` if it has been deleted in the meantime. */
function beginningOf(connection: Connection, seq: number): Pick<WireText, 'text' | 'bytes'> | undefined {
  return connection.get<{ readonly text: string; readonly bytes: number }>(logStatements.beginning, seq);
}
