import { URL } from 'node:url';
import anywise from './anywise.js';
import rawNats from './raw-nats.js';
import rawSocket from './raw-socket.js';

/** @typedef {import('./subject.js').RemoteSubject} RemoteSubject */
/** @typedef {import('../places.js').Server | 'memory'} Server */

/**
 * A way to ask, on a server.
 *
 * @typedef {object} Entry
 * @property {string} title
 * @property {Server} server Both sides are in one process for `memory`.
 * @property {boolean} isOurs
 * @property {() => Promise<RemoteSubject>} load
 */

/** @typedef {import('../summary.js').Pair} Pair */

const moleculer = new URL('../../peers/remote/moleculer.js', import.meta.url).href;
const nest = new URL('../../peers/remote/nest.js', import.meta.url).href;

/** @type {ReadonlyMap<string, Entry>} */
export const subjects = new Map([
  ['memory', ours('memory', 'memory, one process')],
  ['sqlite', ours('sqlite', 'SQLite')],
  ['nats', ours('nats', 'NATS')],
  ['postgres', ours('postgres', 'PostgreSQL')],
  ['rabbitmq', ours('rabbitmq', 'RabbitMQ')],
  ['socket-raw', other('sqlite', 'raw socket', async () => rawSocket)],
  ['nats-raw', other('nats', 'raw NATS', async () => rawNats)],
  ['moleculer', other('nats', 'Moleculer over NATS', async () => (await import(moleculer)).default)],
  ['nest', other('nats', 'Nest over NATS', async () => (await import(nest)).default)],
]);

/** What is compared with what, and how much of its rate it should reach. @type {readonly Pair[]} */
export const pairs = [
  { name: 'memory', other: 'moleculer', reach: '' },
  { name: 'sqlite', other: 'moleculer', reach: '≥ 4' },
  { name: 'nats', other: 'moleculer', reach: '≥ 1' },
  { name: 'postgres', other: 'moleculer', reach: '' },
  { name: 'rabbitmq', other: 'moleculer', reach: '' },
  { name: 'nest', other: 'moleculer', reach: '' },
  { name: 'sqlite', other: 'socket-raw', reach: '', latencyReach: '' },
  { name: 'nats', other: 'nats-raw', reach: '', latencyReach: '' },
  { name: 'moleculer', other: 'nats-raw', reach: '', latencyReach: '' },
];

/** @param {string} name */
export function subjectOf(name) {
  const found = subjects.get(name);
  if (found === undefined)
    throw new Error(`There is no subject \`${name}\`. There are: ${[...subjects.keys()].join(', ')}.`);
  return found;
}

/**
 * @param {Server} server
 * @param {string} title
 * @returns {Entry}
 */
function ours(server, title) {
  return { title: `anywise, ${title}`, server, isOurs: true, load: async () => anywise };
}

/**
 * @param {Server} server
 * @param {string} title
 * @param {Entry['load']} load
 * @returns {Entry}
 */
function other(server, title, load) {
  return { title, server, isOurs: false, load };
}
