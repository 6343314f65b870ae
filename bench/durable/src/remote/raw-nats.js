// The floor for NATS: request and reply of its client, without any library.
import { connect } from '@nats-io/transport-node';
import { natsPlace } from '../urls.js';
import { replyTo } from './subject.js';

const timeout = 10_000;

/** @type {import('./subject.js').RemoteSubject} */
export default {
  async asker(url) {
    const { connection, subject } = await connectTo(url);
    return {
      ask: async (request) => (await connection.request(subject, JSON.stringify(request), { timeout })).json(),
      close: () => connection.close(),
    };
  },

  async responder(url) {
    const { connection, subject } = await connectTo(url);
    connection.subscribe(subject, {
      queue: 'payments',
      callback: (error, message) => {
        if (error !== null) throw error;
        message.respond(JSON.stringify(replyTo(message.json())));
      },
    });
    await connection.flush();
    return { close: () => connection.close() };
  },
};

/** @param {string} url */
async function connectTo(url) {
  const { servers, prefix } = natsPlace(url);
  return { connection: await connect({ servers }), subject: `${prefix}.get-payment` };
}
