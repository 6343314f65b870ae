import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { URL } from 'node:url';

/** @typedef {'sqlite' | 'postgres' | 'redis' | 'nats' | 'rabbitmq'} Server */

/** Where the servers are. @typedef {{ readonly [Name in Exclude<Server, 'sqlite'>]: string }} Addresses */

/** Something of a server that belongs to one measurement. @typedef {{ readonly url: string, remove(): Promise<unknown> }} Place */

const patienceMs = 1_000;
const ports = { postgres: 5432, redis: 6379, nats: 4222, rabbitmq: 5672 };

/**
 * Why a server cannot be measured; `undefined` where it can.
 *
 * @param {Server} server
 * @param {Addresses} addresses
 */
export async function whyNotReachable(server, addresses) {
  if (server === 'sqlite') return undefined;
  const { hostname, port } = new URL(addresses[server]);
  try {
    await knock(hostname, Number(port || ports[server]));
    return undefined;
  } catch (error) {
    return `${withoutPassword(addresses[server])} cannot be reached (${error instanceof Error ? error.message : String(error)})`;
  }
}

/**
 * @param {Server} server
 * @param {Addresses} addresses
 * @returns {Promise<Place>}
 */
export async function makePlace(server, addresses) {
  if (server === 'sqlite') {
    const folder = await mkdtemp(join(tmpdir(), 'anywise-bench-'));
    return { url: `sqlite:${folder}`, remove: () => rm(folder, { recursive: true }) };
  }
  if (server === 'nats') {
    return makePrefix(addresses.nats, (url) => import('./subjects/raw-nats.js').then((raw) => raw.removeStreams(url)));
  }
  if (server === 'rabbitmq') {
    return makePrefix(addresses.rabbitmq, (url) =>
      import('./subjects/raw-rabbitmq.js').then((raw) => raw.removeQueues(url)),
    );
  }
  const name = `anywise_bench_${randomUUID().slice(0, 8)}`;
  if (server === 'postgres') return makeDatabase(addresses.postgres, name);
  const url = `${addresses.redis}#${name}`;
  const { removeQueue } = await import(new URL('../peers/subjects/bullmq.js', import.meta.url).href);
  return { url, remove: () => removeQueue(url) };
}

/**
 * A database of its own, so that nothing of a measurement can stay behind.
 *
 * @param {string} server
 * @param {string} name
 * @returns {Promise<Place>}
 */
async function makeDatabase(server, name) {
  const { query } = await import(new URL('../peers/subjects/raw-postgres.js', import.meta.url).href);
  await query(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, remove: () => query(server, `DROP DATABASE ${name} WITH (FORCE)`) };
}

/**
 * Names of its own on a broker, and a folder with the same name for the stores.
 *
 * @param {string} server
 * @param {(url: string) => Promise<unknown>} removeNames
 * @returns {Promise<Place>}
 */
async function makePrefix(server, removeNames) {
  const folder = await mkdtemp(join(tmpdir(), 'anywise-bench-'));
  const url = `${server}?prefix=${basename(folder)}`;
  return { url, remove: async () => Promise.all([removeNames(url), rm(folder, { recursive: true })]) };
}

/** @param {string} address */
function withoutPassword(address) {
  const url = new URL(address);
  if (url.password !== '') url.password = '***';
  return url.href;
}

/**
 * @param {string} host
 * @param {number} port
 * @returns {Promise<void>}
 */
function knock(host, port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: patienceMs });
    const end = (/** @type {Error | undefined} */ error) => {
      socket.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end(new Error(`no answer within ${patienceMs} ms`)));
    socket.once('error', end);
  });
}
