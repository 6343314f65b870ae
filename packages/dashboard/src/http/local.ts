import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';

/** Headers by which a proxy tells for whom it asks. */
const proxyHeaders = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-server',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
];

/**
 * Why a request may not come from a person at this machine; `undefined` if it does. The connection must be from a loopback
 * address, and the name that was asked must be one: a page elsewhere can make its own name mean 127.0.0.1. A proxy on this
 * machine would let everyone in, so what it forwards is refused.
 */
export function strangerAt({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string | undefined {
  if (!isLoopbackAddress(socket.remoteAddress)) return 'The connection comes from another machine.';
  if (!isLoopbackHost(headers.host)) return 'It was asked for under a name that is not of this machine.';
  const proxy = proxyHeaders.find((name) => headers[name] !== undefined);
  return proxy === undefined ? undefined : `A proxy forwarded the request: it has the header \`${proxy}\`.`;
}

function isLoopbackAddress(address = ''): boolean {
  if (address === '::1') return true;
  const v4 = address.replace(/^::ffff:/i, '');
  return isIPv4(v4) && v4.startsWith('127.');
}

function isLoopbackHost(host = ''): boolean {
  // An empty name does not belong to this machine.
  const [, name = ''] = /^(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/.exec(host) ?? [];
  return name.toLowerCase() === 'localhost' || name === '[::1]' || (isIPv4(name) && name.startsWith('127.'));
}
