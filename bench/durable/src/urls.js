import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { URL } from 'node:url';

/**
 * The transport of a place: a file in its folder, or the same database.
 *
 * @param {string} url
 */
export function transportUrl(url) {
  return url.startsWith('sqlite:') ? `${url}/bus.db` : url;
}

/**
 * The store of a place. Brokers have none, so there it is a folder with the name of what the place has on the server.
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
