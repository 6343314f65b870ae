// Moleculer over NATS, with what its documentation recommends for production left at the defaults.
import { ServiceBroker } from 'moleculer';
import { natsPlace } from '../../src/urls.js';
import { replyTo } from '../../src/remote/subject.js';

/** @type {import('../../src/remote/subject.js').RemoteSubject} */
export default {
  async asker(url) {
    const broker = await start(url, 'orders');
    await broker.waitForServices('payments');
    return {
      ask: (request) => broker.call('payments.get', request, { timeout: 10_000 }),
      close: () => broker.stop(),
    };
  },

  async responder(url) {
    const broker = await start(url, 'payments', (own) =>
      own.createService({ name: 'payments', actions: { get: async ({ params }) => replyTo(params) } }),
    );
    return { close: () => broker.stop() };
  },
};

async function start(url, nodeID, addServices = () => undefined) {
  const { servers, prefix } = natsPlace(url);
  const broker = new ServiceBroker({ namespace: prefix, nodeID, transporter: `nats://${servers}`, logger: false });
  addServices(broker);
  await broker.start();
  return broker;
}
