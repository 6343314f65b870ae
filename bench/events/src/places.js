import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { URL } from 'node:url';
import { connectStore } from 'anywise/connect';

/**
 * A place for one run, gone afterwards.
 *
 * @typedef {object} Place
 * @property {string} name
 * @property {string} url of a store of ours; for PostgreSQL the one of the database
 * @property {string | undefined} file where emmett keeps its data, on SQLite
 * @property {() => Promise<void>} remove
 */

/** @returns {Place} */
export function sqlitePlace() {
  const folder = mkdtempSync(join(tmpdir(), 'anywise-bench-events-'));
  return {
    name: 'SQLite',
    url: `sqlite:${folder}`,
    file: join(folder, 'emmett.db'),
    remove: async () => rmSync(folder, { recursive: true }),
  };
}

/**
 * A database of its own on a server.
 *
 * @param {string} server the URL of a user that may create databases
 * @param {(url: string, sql: string) => Promise<void>} execute
 * @param {{ readonly waitsForDisk: boolean }} how whether a commit waits for the disk
 * @returns {Promise<Place>}
 */
export async function postgresPlace(server, execute, { waitsForDisk }) {
  const name = `anywise_bench_events_${randomUUID().slice(0, 8)}`;
  await execute(server, `CREATE DATABASE ${name}`);
  if (!waitsForDisk) await execute(server, `ALTER DATABASE ${name} SET synchronous_commit = off`);
  return {
    name: waitsForDisk ? 'PostgreSQL' : 'PostgreSQL, asynchronous',
    url: new URL(`/${name}`, server).href,
    file: undefined,
    remove: () => execute(server, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

/**
 * @param {Pick<Place, 'url' | 'file'>} place
 * @param {string} name
 * @param {number} [connections]
 */
export function storeAt({ url, file }, name, connections) {
  if (file !== undefined || connections === undefined) return connectStore(url, { name });
  const limited = new URL(url);
  limited.searchParams.set('maxConnections', String(connections));
  return connectStore(limited.href, { name });
}
