import { readPostgresUrl } from '../connect/postgres-url.js';

/**
 * The services whose stores are in a PostgreSQL database, by name: each has a schema named after it. If the URL
 * names a schema, there is at most the one in it.
 *
 * @throws AnywiseError (`UNAVAILABLE`) if the database cannot be used, (`INVALID_URL`) if the URL cannot be read.
 */
export async function postgresServices(text: string): Promise<readonly string[]> {
  const { url, schema } = readPostgresUrl(text);
  const { Database } = await import('../postgres/database.js');
  const database = await Database.open({ url, maxConnections: 1 });
  try {
    const { rows } = await database.query<{ name: string }>({
      text: `SELECT nspname AS name FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
             WHERE relname = 'anywise_inbox' AND relkind = 'r' ORDER BY nspname`,
    });
    return rows.map(({ name }) => name).filter((name) => schema === undefined || name === schema);
  } finally {
    await database.close();
  }
}
