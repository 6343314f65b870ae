import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Pool, type QueryResult } from 'pg';
import { eventually } from 'anywise/testing';
import type { Databases } from './databases.js';
import type { PostgresServer } from './postgres-server.js';

const serverUrl = process.env.ANYWISE_TEST_POSTGRES ?? 'postgres://postgres@127.0.0.1:5432/test';

/** Few, because all processes of all tests that run now share the connections that a server gives. */
const maxConnections = { store: 8, transport: 3 };

/**
 * A new database, with a schema for each service and one for the bus between them.
 *
 * @param own the server for it, which ends with it and may be killed meanwhile. @defaultValue the one for tests
 */
export async function postgresDatabases(own?: PostgresServer): Promise<Databases> {
  const name = `anywise_e2e_${randomUUID().slice(0, 8)}`;
  const at = own?.url ?? serverUrl;
  await withServer((server) => server.query(`CREATE DATABASE ${name}`), at);
  const url = new URL(`/${name}`, at);
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
      const read = (): Promise<unknown> => reader.query(`SET search_path = ${schemaOf(service)}; ${sql}`);
      // Of several statements each has a result.
      const results = await (own === undefined ? read() : whileAway(read));
      return (results as QueryResult[]).flatMap(({ rows }) => rows as Row[]);
    },
    async intoLog(type, kind, text) {
      // Numbers are taken in turn: a reader that has seen one looks for no lower one.
      const sql = `
        WITH turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(hashtextextended('anywise-log:anywise', 0)))
        INSERT INTO anywise.anywise_message (type, kind, envelope, published_at)
        SELECT $1, $2, $3, (extract(epoch FROM clock_timestamp()) * 1000)::bigint FROM turn
        WHERE NOT EXISTS (SELECT FROM anywise.anywise_message WHERE envelope = $3)`;
      const is = 'SELECT FROM anywise.anywise_message WHERE envelope = $1';
      // An answer may be lost with the server: then the text is there already.
      await reader.query(sql, [type, kind, text]);
      return ((await reader.query(is, [text])).rowCount ?? 0) > 0;
    },
    faults: async () => [],
    ...(own !== undefined && { server: own }),
    keep() {
      isKept = true;
      return own === undefined ? url.href : own.folder;
    },
    cuts: [
      async () => {
        const cut = `
          SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1`;
        const query = reader.query(cut);
        // A server that is away has no connections.
        return (await (own === undefined ? query : query.catch(() => undefined)))?.rowCount === 1;
      },
    ],
    async [Symbol.asyncDispose]() {
      await reader.end();
      rmSync(folder, { recursive: true });
      if (own !== undefined) await own.close(isKept);
      else if (!isKept) await withServer((server) => server.query(`DROP DATABASE ${name} WITH (FORCE)`));
    },
  };
}

/** Runs work on a connection of its own to the database for tests, whose user may make others. */
export async function withServer<T>(work: (client: Client) => Promise<T>, url = serverUrl): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Asks again where the server is being killed, as for long as it takes to come back. What it refuses is an error at once. */
function whileAway<T>(ask: () => Promise<T>): Promise<T> {
  let refusal: { readonly error: unknown } | undefined;
  return eventually(async () => {
    if (refusal !== undefined) return undefined as never;
    try {
      return await ask();
    } catch (error) {
      const { code = '', severity = '' } = error as { readonly code?: string; readonly severity?: string };
      if (severity === 'ERROR' && !code.startsWith('57')) refusal = { error };
      throw error;
    }
  }, 120_000).then((result) => {
    if (refusal !== undefined) throw refusal.error;
    return result;
  });
}

function limited(url: URL, connections: number): string {
  const limitedUrl = new URL(url);
  limitedUrl.searchParams.set('maxConnections', String(connections));
  return limitedUrl.href;
}

function schemaOf(name: string): string {
  return name === 'bus' ? 'anywise' : name;
}
