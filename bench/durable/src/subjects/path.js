// The whole way of an event: outbox, relay, transport, inbox, and a listener that writes a row.
import { Anywise, MessageRegistry, SqlTransaction, on } from 'anywise';
import { connectStore, connectTransport } from 'anywise/connect';
import { storeUrl, transportUrl } from '../urls.js';
import { Happened, bench } from './event.js';

export const listenerName = 'write-effect';

/** The listener's own table, in SQL that every store understands. */
export const migrations = [
  { name: 'bench/001-effect', sql: 'CREATE TABLE effect (n INTEGER NOT NULL, text TEXT NOT NULL)' },
];

/**
 * @param {(arrivals: import('../subject.js').Arrivals) => import('anywise').Registrable} listenerFor
 * @returns {import('../subject.js').Subject}
 */
export function pathTo(listenerFor) {
  return {
    async publisher(url) {
      const bus = new Anywise({ name: 'bench', contracts: [bench], ...(await connections('bench', url)) });
      await bus.start();
      return { publish: (message) => bus.publish(new Happened(message)), close: () => bus.stop() };
    },

    async consumer(url, arrivals) {
      const registry = new MessageRegistry('effects').register(listenerFor(arrivals));
      const bus = new Anywise({
        name: 'effects',
        contracts: [bench],
        registries: [registry],
        ...(await connections('effects', url, migrations)),
      });
      bus.observe({ handled: () => arrivals.done() });
      await bus.start();
      return { close: () => bus.stop() };
    },
  };
}

export default pathTo(listener);

/** @param {Pick<import('../subject.js').Arrivals, 'arrived'>} arrivals */
export function listener(arrivals) {
  return on(Happened)
    .named(listenerName)
    .inject({ sql: SqlTransaction })
    .listen(async (event, _context, { sql }) => {
      arrivals.arrived(event);
      await sql.run('INSERT INTO effect VALUES (?, ?)', event.n, event.filler);
    });
}

/**
 * @param {string} name
 * @param {string} url
 * @param {import('anywise').Migration[]} [migrations]
 */
async function connections(name, url, migrations = []) {
  return {
    store: await connectStore(storeUrl(url), { name, migrations }),
    transport: await connectTransport(transportUrl(url)),
  };
}
