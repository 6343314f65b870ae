import { register } from 'node:module';
import process from 'node:process';
import { URL } from 'node:url';
import { envelope } from '../src/envelope.js';

/** @typedef {import('../src/anywise.js').Log} Log */

// emmett prints each transaction that fails.
process.env.DUMBO_LOG_LEVEL ??= 'DISABLED';

/** @param {string} url @param {number} connections @returns {Promise<Log>} */
export async function emmettOnPostgres(url, connections) {
  const { getPostgreSQLEventStore } = await import('@event-driven-io/emmett-postgresql');
  const pool = new URL(url);
  pool.searchParams.set('max', String(connections));
  return logOf(getPostgreSQLEventStore(pool.href));
}

/** @param {string} path @returns {Promise<Log>} */
export async function emmettOnSqlite(path) {
  // Its driver has to be built, so it gets the one of this library. That answers at once, which favours emmett.
  const driver = new URL('sqlite3.js', import.meta.url).href;
  register(
    `data:text/javascript,${encodeURIComponent(
      `export const resolve = (name, context, next) =>
         name === 'sqlite3' ? { url: ${JSON.stringify(driver)}, shortCircuit: true } : next(name, context);`,
    )}`,
  );
  const { getSQLiteEventStore } = await import('@event-driven-io/emmett-sqlite');
  return logOf(getSQLiteEventStore({ fileName: path, schema: { autoMigration: 'CreateOrUpdate' } }));
}

/** @param {any} store */
function logOf(store) {
  return {
    /** @param {string} stream @param {number} version @param {number} count */
    async append(stream, version, count) {
      const events = Array.from({ length: count }, () => {
        const { type, data, ...metadata } = envelope(stream);
        return { type, data, metadata };
      });
      // For a stream that is not there it has no version to expect.
      await store.appendToStream(stream, events, version === 0 ? {} : { expectedStreamVersion: BigInt(version) });
    },
    /** @param {string} stream */
    load: async (stream) => (await store.readStream(stream)).events.length,
    close: async () => store.close?.(),
  };
}
