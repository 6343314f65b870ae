import { randomBytes } from 'node:crypto';
import { describe } from '@jest/globals';
import { Database } from '../postgres/database.js';
import { postgresStore, type PostgresStoreOptions } from '../postgres/store.js';
import { PostgresTransaction } from '../postgres/transaction-client.js';
import type { Store, StoreTransaction } from '../core/ports/store.js';

/** The database for tests, where each creates its own schema and drops it. Empty without a server. */
export const testPostgresUrl = process.env.ANYWISE_TEST_POSTGRES ?? '';

/** Describes what needs PostgreSQL. Without a server for tests it is skipped, and the run says so once. */
export function describeWithPostgres(title: string, body: () => void): void {
  if (testPostgresUrl === '') describe.skip(title, body);
  else describe(title, body);
}

/** Runs work with unique schema names, and drops the schemas afterwards. */
export async function inTestSchemas<T>(work: (schema: (name: string) => string) => Promise<T>): Promise<T> {
  const prefix = `test_${randomBytes(6).toString('hex')}`;
  const used = new Set<string>();
  try {
    return await work((name) => {
      const schema = `${prefix}_${name}`;
      used.add(schema);
      return schema;
    });
  } finally {
    await withTestDatabase(async (database) => {
      for (const schema of used) await database.query({ text: `DROP SCHEMA IF EXISTS "${schema}" CASCADE` });
    });
  }
}

/** Runs work with a store in its own schema. `again` opens it a second time, as another process would. */
export async function inTestStore<T>(
  work: (world: {
    readonly store: Store;
    readonly schema: string;
    readonly again: (options?: Partial<PostgresStoreOptions>) => Promise<Store>;
  }) => Promise<T>,
  options: Partial<PostgresStoreOptions> = {},
): Promise<T> {
  return inTestSchemas(async (schema) => {
    const opened: Store[] = [];
    const again = async (more: Partial<PostgresStoreOptions> = {}): Promise<Store> => {
      const store = postgresStore({ url: testPostgresUrl, schema: schema('store'), ...options, ...more });
      await store.check();
      opened.push(store);
      return store;
    };
    try {
      return await work({ store: await again(), schema: schema('store'), again });
    } finally {
      await Promise.all(opened.map((store) => store.close()));
    }
  });
}

/** The client that a handler on this store is given. */
export function clientOf(transaction: StoreTransaction): PostgresTransaction {
  return transaction.client(PostgresTransaction) as PostgresTransaction;
}

/** Runs work on connections of its own to the database for tests. @param url another way to it */
export async function withTestDatabase<T>(work: (database: Database) => Promise<T>, url = testPostgresUrl): Promise<T> {
  // On a busy machine a server takes longer for what a test has it do, such as a checkpoint.
  const database = await Database.open({ url, statementTimeoutMs: 120_000 });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** `host:port` of the server for tests. */
export function testPostgresPlace(): string {
  const { hostname, port } = new URL(testPostgresUrl);
  return `${hostname}:${port || '5432'}`;
}

/**
 * The database for tests, by connections that carry a name, so that a test can end them.
 *
 * @param place the `host:port` of a wire to it. @defaultValue its own
 */
export function namedTestUrl(name: string, place?: string): string {
  const url = new URL(testPostgresUrl);
  if (place !== undefined) url.host = place;
  url.searchParams.set('application_name', name);
  return url.href;
}

/** Ends the connections that carry a name and ran such a query last, as a failover does. Gives how many. */
export async function endTestConnections(name: string, query = '%'): Promise<number> {
  return withTestDatabase(async (database) => {
    const text =
      'SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity WHERE application_name = $1 AND query LIKE $2';
    const { rows } = await database.query<{ n: number }>({ text }, name, query);
    return rows[0]?.n ?? 0;
  });
}
