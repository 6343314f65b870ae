// The floor for RabbitMQ: a quorum queue and its client, without any library. The publisher waits for the server's confirmation
// of each message; the consumer acknowledges what has come in one turn of the event loop together.
import { Buffer } from 'node:buffer';
import { setImmediate } from 'node:timers';
import { connect } from 'amqplib';
import { rabbitmqPlace } from '../urls.js';

/** @typedef {import('../message.js').Message} Message */

const prefetch = 1_000;

/** @type {import('../subject.js').Subject} */
export default {
  async prepare(url) {
    const { server, queue } = placeOf(url);
    const connection = await connect(server);
    const channel = await connection.createChannel();
    await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'quorum' } });
    await connection.close();
  },

  async publisher(url) {
    const { server, queue } = placeOf(url);
    const connection = await connect(server);
    const channel = await connection.createConfirmChannel();
    return {
      publish: (message) =>
        new Promise((resolve, reject) => {
          channel.sendToQueue(queue, Buffer.from(JSON.stringify(message)), { persistent: true }, (error) =>
            error ? reject(error) : resolve(undefined),
          );
        }),
      close: () => connection.close(),
    };
  },

  async consumer(url, arrivals) {
    const { server, queue } = placeOf(url);
    const connection = await connect(server);
    const channel = await connection.createChannel();
    await channel.prefetch(prefetch);
    /** @type {import('amqplib').Message | undefined} */
    let last;
    const acknowledge = () => {
      if (last !== undefined) channel.ack(last, true);
      last = undefined;
    };
    const { consumerTag } = await channel.consume(queue, (message) => {
      if (message === null) throw new Error('The queue is gone.');
      arrivals.arrived(/** @type {Message} */ (JSON.parse(message.content.toString())));
      arrivals.done();
      if (last === undefined) setImmediate(acknowledge);
      last = message;
    });
    return {
      async close() {
        await channel.cancel(consumerTag);
        acknowledge();
        await connection.close();
      },
    };
  },
};

/** Deletes what the raw client and this library have made at a place. @param {string} url */
export async function removeQueues(url) {
  const { server, queue, prefix } = placeOf(url);
  const connection = await connect(server);
  const channel = await connection.createChannel();
  // What is not there counts as deleted.
  for (const name of [queue, `${prefix}.effects`, `${prefix}.bench`]) await channel.deleteQueue(name);
  for (const name of [prefix, `${prefix}.ask`]) await channel.deleteExchange(name);
  await connection.close();
}

/** @param {string} url */
function placeOf(url) {
  const { server, prefix } = rabbitmqPlace(url);
  return { server, prefix, queue: `${prefix}-raw` };
}
