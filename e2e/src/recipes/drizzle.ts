import type { SqlValue } from 'anywise';
import type { PostgresTransaction } from 'anywise/postgres';
import type { SqliteTransaction } from 'anywise/sqlite';
import { drizzle as postgresDrizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { drizzle as sqliteDrizzle, type SqliteRemoteDatabase } from 'drizzle-orm/sqlite-proxy';
import type { PoolClient } from 'pg';

/** Drizzle in the message's transaction, on SQLite. It has none of its own. */
export function drizzleOnSqlite(transaction: SqliteTransaction): Omit<SqliteRemoteDatabase, 'batch' | 'transaction'> {
  return sqliteDrizzle(async (sql, values: readonly SqlValue[], method) => {
    if (method === 'run') {
      await transaction.run(sql, ...values);
      return { rows: [] };
    }
    const rows = (await transaction.all(withOwnNames(sql), ...values)).map((row): unknown => Object.values(row));
    // For `get` Drizzle expects one row or nothing, although its types only know rows.
    return { rows: method === 'get' ? (rows[0] as unknown[]) : rows };
  });
}

/** Drizzle in the message's transaction, on PostgreSQL. It has none of its own. */
export async function drizzleOnPostgres(
  transaction: PostgresTransaction,
): Promise<Omit<NodePgDatabase, 'transaction'>> {
  const client: unknown = await transaction.client();
  return postgresDrizzle(client as PoolClient);
}

/** Columns of two tables may have the same name. In a subquery, SQLite renames them, so that no value is lost. */
function withOwnNames(sql: string): string {
  const isSelect = /^(select|with)\b/i.test(sql) && !/\breturning\b/i.test(sql);
  return isSelect ? `SELECT * FROM (${sql})` : sql;
}
