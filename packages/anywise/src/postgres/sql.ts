/**
 * The time by the database's clock, in milliseconds. Not `now()`, which is when the transaction began; and as a subquery, so
 * that it is taken once for a statement.
 */
export const now = '(SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint)';

/** A name as SQL takes it, whatever characters it has. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Text as PostgreSQL can keep it: without the one character that it cannot. */
export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\\u0000') : text;
}

/**
 * How a transaction begins in which tables of a schema go by their bare names. Nothing of it outlives the transaction.
 *
 * @param schema as it is, not quoted.
 */
export function beginIn(schema: string, readOnly = false): string {
  return `BEGIN${readOnly ? ' READ ONLY' : ''}; SET LOCAL search_path = ${quoted(schema)}, public`;
}
