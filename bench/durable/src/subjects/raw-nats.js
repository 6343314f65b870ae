// The floor for NATS: JetStream and its client, without any library. The publisher waits for the server's confirmation of each
// message, by whose id the server would know it again; the consumer reads the stream in order, from its beginning.
import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect as connectTo } from '@nats-io/transport-node';
import { natsPlace } from '../urls.js';

/** @typedef {import('../message.js').Message} Message */

/** @type {import('../subject.js').Subject} */
export default {
  async prepare(url) {
    const { connection, name } = await connect(url);
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name, subjects: [`${name}.*`], storage: 'file', duplicate_window: 120e9 });
    await connection.close();
  },

  async publisher(url) {
    const { connection, name } = await connect(url);
    const client = jetstream(connection);
    return {
      publish: (message) => client.publish(`${name}.happened`, JSON.stringify(message), { msgID: String(message.n) }),
      close: () => connection.close(),
    };
  },

  async consumer(url, arrivals) {
    const { connection, name } = await connect(url);
    const manager = await jetstreamManager(connection);
    const options = { ack_policy: AckPolicy.None, deliver_policy: DeliverPolicy.All, mem_storage: true };
    const made = await manager.consumers.add(name, options);
    const consumer = await jetstream(connection).consumers.get(name, made.name);
    const messages = await consumer.consume({ max_messages: 1000 });
    const read = async () => {
      for await (const message of messages) {
        arrivals.arrived(/** @type {Message} */ (message.json()));
        arrivals.done();
      }
    };
    const reading = read();
    return {
      async close() {
        await messages.close();
        await reading;
        await connection.close();
      },
    };
  },
};

/** Deletes what the raw client and this library have made at a place. @param {string} url */
export async function removeStreams(url) {
  const { connection, name, prefix } = await connect(url);
  const manager = await jetstreamManager(connection);
  // Each subject makes some of them.
  for (const stream of [name, prefix, `${prefix}-positions`]) await manager.streams.delete(stream).catch(() => false);
  await connection.close();
}

/** @param {string} url */
async function connect(url) {
  const { servers, prefix } = natsPlace(url);
  return { connection: await connectTo({ servers }), name: `${prefix}-raw`, prefix };
}
