// BullMQ as its own documentation sets it up. A job counts as done when its processor has run.
import process from 'node:process';
import { URL } from 'node:url';
import { Queue, Worker } from 'bullmq';

const concurrency = 100;

/** @type {import('../../src/subject.js').Subject} */
export default {
  async publisher(url) {
    const { name, options } = placeOf(url);
    const queue = new Queue(name, options);
    await queue.waitUntilReady();
    return {
      publish: (message) => queue.add('happened', message, { removeOnComplete: true }),
      close: () => queue.close(),
    };
  },

  async consumer(url, arrivals) {
    const { name, options } = placeOf(url);
    const work = async ({ data }) => {
      arrivals.arrived(data);
      arrivals.done();
    };
    const worker = new Worker(name, work, { ...options, concurrency, removeOnComplete: { count: 0 } });
    worker.on('error', (error) => process.stderr.write(`${error.message}\n`));
    await worker.waitUntilReady();
    return { close: () => worker.close() };
  },
};

/** @param {string} url */
export async function removeQueue(url) {
  const { name, options } = placeOf(url);
  const queue = new Queue(name, options);
  await queue.obliterate({ force: true });
  await queue.close();
}

function placeOf(url) {
  const { hostname, port, hash } = new URL(url);
  const connection = { host: hostname, port: Number(port || 6379), maxRetriesPerRequest: null };
  return { name: hash.slice(1), options: { connection, prefix: 'anywise-bench' } };
}
