// A query that another service owns, sent through a bus on each side.
import { Anywise, MessageRegistry, contract, on, query, type } from 'anywise';
import { connectTransport } from 'anywise/connect';
import { memoryBroker } from 'anywise/memory';
import { transportUrl } from '../urls.js';
import { replyTo } from './subject.js';

/** @type {import('anywise').StandardSchema<import('./subject.js').Request>} */
const data = type();
/** @type {import('anywise').StandardSchema<import('./subject.js').Reply>} */
const reply = type();

class GetPayment extends query('payments.get-payment', { data, reply }) {}

/** For both sides in one process. */
const broker = memoryBroker();

const payments = contract('payments', { GetPayment });

/** @type {import('./subject.js').RemoteSubject} */
export default {
  async asker(url) {
    const bus = new Anywise({
      name: 'orders',
      contracts: [payments],
      transport: await connect(url),
    });
    await bus.start();
    return { ask: (request) => bus.send(new GetPayment(request)), close: () => bus.stop() };
  },

  async responder(url) {
    const registry = new MessageRegistry('payments').register(
      on(GetPayment).handle(async (request) => replyTo(request)),
    );
    const transport = await connect(url);
    const bus = new Anywise({ name: 'payments', contracts: [payments], registries: [registry], transport });
    await bus.start();
    return { close: () => bus.stop() };
  },
};

/** @param {string} url */
async function connect(url) {
  return url === 'memory:' ? broker.connect() : connectTransport(transportUrl(url));
}
