import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Endpoint } from './problems.js';

/**
 * Chooses a free port for each endpoint whose port is 0. One choice lasts for a whole run: a service that is started again
 * is found where it was.
 */
export async function withFreePorts(endpoints: readonly Endpoint[]): Promise<readonly Endpoint[]> {
  const servers = new Map(endpoints.filter(({ port }) => port === 0).map((endpoint) => [endpoint, createServer()]));
  // All are taken before one is free again, so that no two are the same.
  for (const [{ host }, server] of servers) await once(server.listen(0, host), 'listening');
  const chosen = endpoints.map((endpoint) => {
    const server = servers.get(endpoint);
    return server === undefined ? endpoint : { ...endpoint, port: (server.address() as AddressInfo).port };
  });
  for (const server of servers.values()) await once(server.close(), 'close');
  return chosen;
}
