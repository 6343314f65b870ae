import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { testPostgresUrl } from './test-postgres.js';

/** A way to the server for tests that can lose what is sent through it, as a network does that tells neither side. */
export interface SilentProxy extends AsyncDisposable {
  /** The database for tests, through the proxy, by connections that carry a name. */
  url(name: string): string;
  /** How many connections are open through it and not silent. */
  readonly open: number;
  /** From now on what comes over the connections that are open now is swallowed, in both directions. */
  silence(): void;
  /** From now on new connections are silent from their beginning. */
  silenceNew(): void;
}

export async function startSilentProxy(): Promise<SilentProxy> {
  const target = new URL(testPostgresUrl);
  const sockets = new Set<Socket>();
  const heard = new Set<Socket>();
  let hearsNew = true;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port || 5432), allowHalfOpen: true });
    if (hearsNew) heard.add(client);
    const pass = (from: Socket, to: Socket): void => {
      sockets.add(from);
      from.on('error', () => from.destroy());
      from.on('close', () => sockets.delete(from));
      from.on('data', (bytes) => heard.has(client) && to.write(bytes));
      from.on('end', () => heard.has(client) && to.end());
    };
    pass(client, upstream);
    pass(upstream, client);
    client.on('close', () => heard.delete(client) && upstream.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url(name) {
      const url = new URL(testPostgresUrl);
      url.hostname = '127.0.0.1';
      url.port = String((server.address() as AddressInfo).port);
      url.searchParams.set('application_name', name);
      return url.href;
    },
    get open() {
      return heard.size;
    },
    silence: () => heard.clear(),
    silenceNew: () => void (hearsNew = false),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
