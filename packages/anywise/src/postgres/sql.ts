import type { OptionCheck } from '../core/errors/options.js';
import { faultOf } from '../core/message/storable-text.js';
import { limits } from '../core/message/limits.js';

/** A stored text; of what is too large to be read, the beginning. */
export function storedText(row: string): string {
  return `
    CASE WHEN octet_length(${row}.envelope) <= ${limits.largestMessageBytes} THEN ${row}.envelope
      ELSE left(${row}.envelope, ${limits.keptBytes}) END`;
}

/** A stored text and its size. */
export function storedEnvelope(row: string): string {
  return `${storedText(row)} AS text, octet_length(${row}.envelope) AS bytes`;
}

/** Of rows with `seq` and `size`, the first ones that are no larger together than a batch, at least one. */
export function withinBatch(sized: string): string {
  return `
    (SELECT * FROM (SELECT *, sum(size) OVER (ORDER BY seq) AS total FROM (${sized}) AS sized) AS summed
     WHERE total <= ${limits.batchBytes} OR total = size)`;
}

/**
 * The time by the database's clock, in milliseconds. Not `now()`, which is when the transaction began; and as a subquery, so
 * that it is evaluated once per statement.
 */
export const now = '(SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint)';

/** PostgreSQL cuts longer names, and two with the same beginning become one. */
const longestName = 63;

/** Checks an option that names a schema. */
export const schemaCheck: OptionCheck = (value) =>
  typeof value === 'string' && value !== '' && Buffer.byteLength(value) <= longestName && faultOf(value) === undefined
    ? undefined
    : `a name of 1 to ${longestName} bytes, which is what PostgreSQL keeps of it`;

/** Quotes a name, whatever characters it has. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Begins a transaction in which the tables of a schema need no prefix. The setting ends with the transaction.
 *
 * @param schema the unquoted name.
 */
export function beginIn(schema: string, readOnly = false): string {
  return `BEGIN${readOnly ? ' READ ONLY' : ''}; ${searchIn(schema)}`;
}

/** What {@link beginIn} sets. */
export function searchIn(schema: string): string {
  return `SET LOCAL search_path = ${quoted(schema)}, public`;
}
