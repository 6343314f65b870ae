import { URL } from 'node:url';
import batchPath from './subjects/batch-path.js';
import path from './subjects/path.js';
import rawNats from './subjects/raw-nats.js';
import rawRabbitmq from './subjects/raw-rabbitmq.js';
import rawSqlite from './subjects/raw-sqlite.js';
import transport from './subjects/transport.js';

/** @typedef {import('./subject.js').Subject} Subject */
/** @typedef {import('./places.js').Server} Server */

/**
 * A subject on a server. `floor` is the raw client that a transport is compared with.
 *
 * @typedef {object} Entry
 * @property {string} title
 * @property {Server} server
 * @property {'floor' | 'transport' | 'path' | 'batch' | 'peer'} role
 * @property {() => Promise<Subject>} load
 */

const rawPostgres = new URL('../peers/subjects/raw-postgres.js', import.meta.url).href;
const graphile = new URL('../peers/subjects/graphile-worker.js', import.meta.url).href;
const pgBoss = new URL('../peers/subjects/pg-boss.js', import.meta.url).href;
const bullmq = new URL('../peers/subjects/bullmq.js', import.meta.url).href;

/** @type {ReadonlyMap<string, Entry>} */
export const subjects = new Map([
  ['sqlite-raw', entry('raw SQLite log', 'sqlite', 'floor', async () => rawSqlite)],
  ['sqlite-transport', entry('anywise transport, SQLite', 'sqlite', 'transport', async () => transport)],
  ['sqlite-path', entry('anywise whole path, SQLite', 'sqlite', 'path', async () => path)],
  ['sqlite-batch', entry('anywise batch listener, SQLite', 'sqlite', 'batch', async () => batchPath)],
  [
    'postgres-raw-row',
    entry('raw PostgreSQL, by row', 'postgres', 'peer', async () => (await import(rawPostgres)).row),
  ],
  [
    'postgres-raw',
    entry('raw PostgreSQL, batched', 'postgres', 'floor', async () => (await import(rawPostgres)).batch),
  ],
  ['postgres-transport', entry('anywise transport, PostgreSQL', 'postgres', 'transport', async () => transport)],
  ['postgres-path', entry('anywise whole path, PostgreSQL', 'postgres', 'path', async () => path)],
  ['postgres-batch', entry('anywise batch listener, PostgreSQL', 'postgres', 'batch', async () => batchPath)],
  ['graphile', entry('graphile-worker', 'postgres', 'peer', async () => (await import(graphile)).single)],
  [
    'graphile-batch',
    entry('graphile-worker, in batches', 'postgres', 'peer', async () => (await import(graphile)).batch),
  ],
  ['pg-boss', entry('pg-boss', 'postgres', 'peer', async () => (await import(pgBoss)).single)],
  ['pg-boss-batch', entry('pg-boss, in batches', 'postgres', 'peer', async () => (await import(pgBoss)).batch)],
  ['nats-raw', entry('raw NATS JetStream', 'nats', 'floor', async () => rawNats)],
  ['nats-transport', entry('anywise transport, NATS', 'nats', 'transport', async () => transport)],
  ['nats-path', entry('anywise whole path, SQLite stores over NATS', 'nats', 'path', async () => path)],
  ['rabbitmq-raw', entry('raw RabbitMQ quorum queue', 'rabbitmq', 'floor', async () => rawRabbitmq)],
  ['rabbitmq-transport', entry('anywise transport, RabbitMQ', 'rabbitmq', 'transport', async () => transport)],
  ['rabbitmq-path', entry('anywise whole path, SQLite stores over RabbitMQ', 'rabbitmq', 'path', async () => path)],
  ['bullmq', entry('BullMQ on Redis', 'redis', 'peer', async () => (await import(bullmq)).default)],
]);

/** What is compared with what. @type {readonly import('./summary.js').Pair[]} */
export const pairs = [...subjects].flatMap(pairsOf).concat([
  { name: 'postgres-path', other: 'graphile', reach: '≥ 2.5' },
  { name: 'postgres-path', other: 'pg-boss', reach: '≥ 3' },
  { name: 'postgres-path', other: 'postgres-raw-row', reach: '≥ 1', latencyReach: '≤ 3.4' },
  { name: 'postgres-batch', other: 'graphile-batch', reach: '≥ 1.3' },
  { name: 'postgres-batch', other: 'pg-boss-batch', reach: '' },
  { name: 'postgres-batch', other: 'postgres-raw-row', reach: '≥ 2.5' },
]);

/**
 * @param {[string, Entry]} subject
 * @returns {readonly import('./summary.js').Pair[]}
 */
function pairsOf([name, { server, role }]) {
  const other = [...subjects].find(([, other]) => other.server === server && other.role === 'floor')?.[0] ?? '';
  if (role === 'transport') {
    return [{ name, other, reach: server === 'sqlite' ? '≥ 0.5' : '≥ 0.7', latencyReach: '≤ 3' }];
  }
  if (role === 'batch') return [{ name, other: 'bullmq', reach: '' }];
  if (role !== 'path') return [];
  const reach = ['nats', 'rabbitmq'].includes(server) ? '≥ 1.5' : '≥ 2';
  return [
    { name, other, reach: '', latencyReach: '≤ 3' },
    { name, other: 'bullmq', reach },
  ];
}

/**
 * @param {string} title
 * @param {Server} server
 * @param {Entry['role']} role
 * @param {Entry['load']} load
 * @returns {Entry}
 */
function entry(title, server, role, load) {
  return { title, server, role, load };
}

/** @param {string} name */
export function subjectOf(name) {
  const found = subjects.get(name);
  if (found === undefined)
    throw new Error(`There is no subject \`${name}\`. There are: ${[...subjects.keys()].join(', ')}.`);
  return found;
}
