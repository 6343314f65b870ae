// A transport alone: one envelope a call, received in the other process.
import { connectTransport } from 'anywise/connect';
import { transportUrl } from '../urls.js';
import { Happened, envelopeOf } from './event.js';

/** @typedef {import('../message.js').Message} Message */

/** @type {import('../subject.js').Subject} */
export default {
  async publisher(url) {
    const transport = await connectTransport(transportUrl(url));
    await transport.check();
    return {
      async publish(message) {
        const [failure] = await transport.publish([envelopeOf(message)]);
        if (failure !== undefined) throw failure.error;
      },
      close: () => transport.close(),
    };
  },

  async consumer(url, arrivals) {
    const transport = await connectTransport(transportUrl(url));
    await transport.subscribe({ consumer: 'effects', types: [Happened.type], onError: fail }, async (batch) => {
      for (const delivery of batch) {
        if (!('envelope' in delivery)) throw new Error(delivery.reason);
        arrivals.arrived(/** @type {Message} */ (delivery.envelope.data));
        arrivals.done();
      }
    });
    return { close: () => transport.close() };
  },
};

/** @param {unknown} error */
function fail(error) {
  throw error;
}
