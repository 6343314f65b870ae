// A service with its dashboard. `node service.js <rows> [url of a PostgreSQL database]` tells its address, and then answers each number of milliseconds with
// how many messages it has handled in them.
import console from 'node:console';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { dashboard } from '@anywise/dashboard';
import { Anywise, MessageRegistry, SqlTransaction, contract, event, on, type } from 'anywise';
import { onPostgres, onSqlite } from './places.js';

const [rows = '0', url] = process.argv.slice(2);
const place = url === undefined ? onSqlite(Number(rows)) : onPostgres(url, Number(rows));
const concurrency = 64;

class Happened extends event('bench.happened', {
  data: /** @type {typeof type<{ n: number }>} */ (type)(),
  entityId: ({ n }) => String(n % 1_000),
}) {}
let handled = 0;
const effect = on(Happened)
  .named('bench/write-effect')
  .inject({ sql: SqlTransaction })
  .listen(async ({ n }, _context, { sql }) => {
    await sql.run('INSERT INTO effect VALUES (?)', n);
  });
await place.store.check();
await place.fill();

const bus = new Anywise({
  name: 'bench',
  contracts: [contract('bench', { Happened })],
  registries: [new MessageRegistry('bench').register(effect)],
  store: place.store,
  transport: place.transport,
  logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: console.error },
});
bus.observe({ handled: () => void handled++ });
await bus.start();
const server = createServer(dashboard(bus)).listen(0, '127.0.0.1');
await once(server, 'listening');

/** How many were published and are not yet handled: the backlog of the bench itself stays small. @type {number} */
let published = 0;
const mostWaiting = 2_000;

process.on('message', async (/** @type {number | 'end'} */ ms) => {
  if (ms === 'end') {
    server.closeAllConnections();
    server.close();
    await bus.stop();
    await place.remove();
    process.exit();
  }
  const [before, cpu, began] = [handled, process.cpuUsage(), performance.now()];
  const publish = async () => {
    while (performance.now() - began < ms) {
      if (published - handled > mostWaiting) await setTimeout(1);
      else await bus.publish(new Happened({ n: published++ }));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, publish));
  const { user, system } = process.cpuUsage(cpu);
  process.send?.({ handled: handled - before, cpuMs: (user + system) / 1_000, ms: performance.now() - began });
});
process.on('disconnect', () => process.exit(1));
const address = /** @type {import('node:net').AddressInfo} */ (server.address());
process.send?.(`http://127.0.0.1:${address.port}`);
