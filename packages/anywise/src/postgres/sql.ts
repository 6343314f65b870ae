/**
 * The time by the database's clock, in milliseconds. Not `now()`, which is when the transaction began; and as a subquery, so
 * that it is evaluated once per statement.
 */
export const now = '(SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint)';

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
  return `BEGIN${readOnly ? ' READ ONLY' : ''}; SET LOCAL search_path = ${quoted(schema)}, public`;
}
