import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A wire to a server that a test can cut or freeze. */
export interface Wire extends AsyncDisposable {
  readonly place: string;
  /** Ends every connection, and lets none be made again. */
  cut(): void;
  /** Passes nothing on any more, and tells neither side. */
  freeze(): void;
}

/**
 * @param place `host:port` of the server.
 * @param atPort the port at which the wire begins. @defaultValue a free one
 */
export async function openWire(place: string, atPort = 0): Promise<Wire> {
  const [host, port] = place.split(':');
  const sockets = new Set<Socket>();
  let isCut = false;
  const server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connect(Number(port), host);
    near.pipe(far);
    far.pipe(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  }).listen(atPort, '127.0.0.1');
  await once(server, 'listening');
  const wire: Wire = {
    place: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    freeze() {
      isCut = true;
      for (const socket of sockets) {
        socket.unpipe();
        socket.pause();
      }
    },
    async [Symbol.asyncDispose]() {
      wire.cut();
      server.close();
      await once(server, 'close');
    },
  };
  return wire;
}
