import { connect } from 'node:net';
import { URL } from 'node:url';
import { Client } from 'pg';

/**
 * A kind of server that tests use.
 * @typedef {object} Server
 * @property {string} name
 * @property {string} variable Names the server that tests may write to.
 * @property {string} usual Where one most often is.
 * @property {(url: string) => Promise<unknown>} ask Rejects where a server cannot be used.
 */

const patienceMs = 10_000;

/** @type {Server} */
export const postgres = {
  name: 'PostgreSQL',
  variable: 'ANYWISE_TEST_POSTGRES',
  usual: 'postgres://postgres@127.0.0.1:5432/test',
  async ask(url) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: patienceMs });
    // What breaks a connection also fails the query.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('SELECT 1');
    } finally {
      await client.end();
    }
  },
};

/** @type {Server} */
export const redis = {
  name: 'Redis',
  variable: 'ANYWISE_TEST_REDIS',
  usual: 'redis://127.0.0.1:6379',
  ask: (url) => knock(url, 6379),
};

/** @type {Server} */
export const nats = {
  name: 'NATS',
  variable: 'ANYWISE_TEST_NATS',
  usual: 'nats://127.0.0.1:4222',
  ask: (url) => knock(url, 4222),
};

/** @type {Server} */
export const rabbitmq = {
  name: 'RabbitMQ',
  variable: 'ANYWISE_TEST_RABBITMQ',
  usual: 'amqp://guest:guest@127.0.0.1:5672',
  ask: (url) => knock(url, 5672),
};

/**
 * @param {string} url
 * @param {number} usualPort
 */
function knock(url, usualPort) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port || usualPort), timeout: patienceMs });
    socket.once('connect', resolve);
    socket.once('timeout', () => reject(new Error(`no answer within ${patienceMs} ms`)));
    socket.once('error', reject);
    const close = () => socket.destroy();
    for (const event of ['connect', 'timeout', 'error']) socket.once(event, close);
  });
}
