import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Pool, type QueryResult } from 'pg';
import type { Databases } from './databases.js';

const serverUrl = process.env.ANYWISE_TEST_POSTGRES ?? 'postgres://postgres@127.0.0.1:5432/test';

/** Few, because all processes of all tests that run now share the connections that a server gives. */
const maxConnections = { store: 8, transport: 3 };

/** A new database, with a schema for each service and one for the bus between them. */
export async function postgresDatabases(): Promise<Databases> {
  const name = `anywise_e2e_${randomUUID().slice(0, 8)}`;
  await withServer((server) => server.query(`CREATE DATABASE ${name}`));
  const url = new URL(`/${name}`, serverUrl);
  // One connection, for which those who read at once wait.
  const reader = new Pool({ connectionString: url.href, max: 1 });
  // `end()` does not wait for the connection itself, which the drop below may end first; unheard, that ends the process.
  reader.on('error', () => undefined);
  const folder = mkdtempSync(join(tmpdir(), 'anywise-e2e-'));
  let isKept = false;
  return {
    kind: 'postgres',
    storeUrl: limited(url, maxConnections.store),
    transportUrl: limited(url, maxConnections.transport),
    folder,
    rows: async <Row>(service: string, sql: string) => {
      // Of several statements each has a result.
      const results: unknown = await reader.query(`SET search_path = ${schemaOf(service)}; ${sql}`);
      return (results as QueryResult[]).flatMap(({ rows }) => rows as Row[]);
    },
    async intoLog(type, kind, text) {
      // Numbers are taken in turn: a reader that has seen one looks for no lower one.
      const sql = `
        WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended('anywise-log:anywise', 0)))
        INSERT INTO anywise.anywise_message (type, kind, envelope, published_at)
        SELECT $1, $2, $3, (extract(epoch FROM clock_timestamp()) * 1000)::bigint FROM turn`;
      return (await reader.query(sql, [type, kind, text])).rowCount === 1;
    },
    faults: async () => [],
    keep() {
      isKept = true;
      return url.href;
    },
    cuts: [
      async () => {
        const { rowCount } = await reader.query(`
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1`);
        return rowCount === 1;
      },
    ],
    async [Symbol.asyncDispose]() {
      await reader.end();
      rmSync(folder, { recursive: true });
      if (!isKept) await withServer((server) => server.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

/** Runs work on a connection of its own to the database for tests, whose user may make others. */
export async function withServer<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function limited(url: URL, connections: number): string {
  const limitedUrl = new URL(url);
  limitedUrl.searchParams.set('maxConnections', String(connections));
  return limitedUrl.href;
}

function schemaOf(name: string): string {
  return name === 'bus' ? 'anywise' : name;
}
