import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { postgresStore, postgresTransport } from 'anywise/postgres';
import { sqliteStore, sqliteTransport } from 'anywise/sqlite';
import pg from 'pg';
import { backlog } from './backlog.js';

/**
 * @typedef {object} Place where the messages of the service are
 * @property {import('anywise').Store} store
 * @property {import('anywise').Transport} transport
 * @property {() => Promise<void>} fill puts the backlog into the store, once it has its tables
 * @property {() => Promise<void>} remove
 */

const migrations = [{ name: 'bench/001-effect', sql: 'CREATE TABLE effect (n INTEGER NOT NULL)' }];

/** @param {number} rows @returns {Place} */
export function onSqlite(rows) {
  const folder = mkdtempSync(join(tmpdir(), 'anywise-bench-dashboard-'));
  const path = join(folder, 'bench.db');
  return {
    store: sqliteStore({ path, migrations }),
    transport: sqliteTransport({ path: join(folder, 'bus.db') }),
    async fill() {
      const database = new DatabaseSync(path);
      for (const sql of backlog(rows, recursive)) database.exec(sql);
      database.close();
    },
    remove: async () => rmSync(folder, { recursive: true }),
  };
}

/** @param {string} url @param {number} rows @returns {Place} */
export function onPostgres(url, rows) {
  const name = `bench_${randomUUID().slice(0, 8)}`;
  /** @param {readonly string[]} statements */
  const run = async (statements) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const sql of statements) await client.query(sql);
    await client.end();
  };
  return {
    store: postgresStore({ url, schema: `${name}_store`, migrations }),
    transport: postgresTransport({ url, schema: `${name}_bus` }),
    // As a database does by itself, after a while.
    fill: () =>
      run([
        `SET search_path TO ${name}_store`,
        ...backlog(rows, series),
        'VACUUM ANALYZE anywise_inbox',
        'VACUUM ANALYZE anywise_outbox',
      ]),
    remove: () => run(['store', 'bus'].map((part) => `DROP SCHEMA ${name}_${part} CASCADE`)),
  };
}

/** @param {number} count */
function recursive(count) {
  const before = `WITH RECURSIVE one (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE n < ${count})`;
  return { before, from: 'FROM one' };
}

/** @param {number} count */
function series(count) {
  return { before: '', from: `FROM generate_series(1, ${count}) AS n` };
}
