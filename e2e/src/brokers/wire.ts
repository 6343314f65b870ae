import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** The way of all services to a server, some of whose connections break. */
export interface Wire extends AsyncDisposable {
  readonly port: number;
  /** Ends any one connection, and gives whether there was one. */
  cut(): boolean;
  /** Passes nothing on over any one connection from now on, and tells neither side. Gives whether there was one. */
  silence(): boolean;
}

interface Link {
  readonly near: Socket;
  readonly far: Socket;
}

export async function openWire(port: number): Promise<Wire> {
  const links = new Set<Link>();
  const pick = (): Link | undefined => [...links][Math.floor(Math.random() * links.size)];
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    const link = { near, far };
    links.add(link);
    near.pipe(far);
    far.pipe(near);
    for (const socket of [near, far]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => end(link));
    }
  });
  const end = (link: Link): void => {
    links.delete(link);
    link.near.destroy();
    link.far.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      const link = pick();
      if (link !== undefined) end(link);
      return link !== undefined;
    },
    silence() {
      const link = pick();
      for (const socket of link === undefined ? [] : [link.near, link.far]) {
        socket.unpipe();
        socket.pause();
      }
      return link !== undefined;
    },
    async [Symbol.asyncDispose]() {
      for (const link of links) end(link);
      server.close();
      await once(server, 'close');
    },
  };
}
