import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { URL } from 'node:url';
import { AnywiseError } from 'anywise';
import { connectStore, connectTransport } from 'anywise/connect';

/**
 * The transport of a place: a file in its folder, or the same database.
 *
 * @param {string} url
 */
export function transportUrl(url) {
  return url.startsWith('sqlite:') ? `${url}/bus.db` : url;
}

/**
 * The store of a place. Brokers have none: there it is a folder, called like what the place has on the server.
 *
 * @param {string} url
 */
export function storeUrl(url) {
  if (url.startsWith('nats:')) return `sqlite:${folderOf(natsPlace(url).prefix)}`;
  return url.startsWith('amqp:') ? `sqlite:${folderOf(rabbitmqPlace(url).prefix)}` : url;
}

/** The folder of a place with this name. @param {string} name */
export function folderOf(name) {
  return join(tmpdir(), name);
}

/** The server of a place on NATS, and what all names there begin with. @param {string} url */
export function natsPlace(url) {
  const { host, searchParams } = new URL(url);
  return { servers: host, prefix: searchParams.get('prefix') ?? 'anywise-bench' };
}

/** The server of a place on RabbitMQ, and what all names there begin with. @param {string} url */
export function rabbitmqPlace(url) {
  const parsed = new URL(url);
  const prefix = parsed.searchParams.get('prefix') ?? 'anywise-bench';
  parsed.search = '';
  return { server: parsed.href, prefix };
}

/**
 * Why this library cannot work on a server; `undefined` where it can.
 *
 * @param {import('./places.js').Addresses} addresses
 * @param {import('./places.js').Server} server
 */
export async function whyNotSupported(addresses, server) {
  const url = server === 'sqlite' ? 'sqlite:bench' : addresses[server];
  try {
    // Nothing is opened by either.
    await connectTransport(url);
    await connectStore(storeUrl(url), { name: 'bench' });
    return undefined;
  } catch (error) {
    if (AnywiseError.is(error) && error.code === 'INVALID_URL') return error.message;
    throw error;
  }
}
