// A service with nothing to do: `node service.js <name> <url>`. Its parent asks it how many statements it has sent.
import { createRequire } from 'node:module';
import process from 'node:process';
import { URL } from 'node:url';
import { Anywise, MessageRegistry, command, contract, event, on, type } from 'anywise';
import { connectStore, connectTransport } from 'anywise/connect';
import { storeUrl, transportUrl } from '../urls.js';

const anything = type();

class Order extends command('first.order', { data: anything, reply: anything }) {}
class Ordered extends event('first.ordered', { data: anything, entityId: () => 'one' }) {}
class Pay extends command('second.pay', { data: anything, reply: anything }) {}
class Paid extends event('second.paid', { data: anything, entityId: () => 'one' }) {}
const contracts = [contract('first', { Order, Ordered }), contract('second', { Pay, Paid })];

/** Each answers a command, and listens to the event of the other. @type {Record<string, import('anywise').Registrable[]>} */
const items = {
  first: [on(Order).handle(async () => 0), on(Paid).listen(async () => undefined)],
  second: [on(Pay).handle(async () => 0), on(Ordered).listen(async () => undefined)],
};

const [name = '', url = ''] = process.argv.slice(2);
const registry = new MessageRegistry(name).register(...(items[name] ?? []));

const statements = countStatements();
const bus = new Anywise({
  name,
  contracts,
  registries: [registry],
  store: await connectStore(storeUrl(url), { name }),
  transport: await connectTransport(transportUrl(url)),
});
await bus.start();
process.on('message', async (message) => {
  if (message === 'count') process.send?.({ statements: statements() });
  else await bus.stop().finally(() => process.disconnect());
});
process.send?.('up');

/** Counts what is sent to PostgreSQL from now on. */
function countStatements() {
  let count = 0;
  const library = createRequire(new URL('package.json', new URL('../', import.meta.resolve('anywise'))));
  const { Client } = library('pg');
  const { query } = Client.prototype;
  Client.prototype.query = function (/** @type {unknown[]} */ ...values) {
    count++;
    return query.apply(this, values);
  };
  return () => count;
}
