import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A wire to a server that a test can break in the ways in which networks break. */
export interface Wire extends AsyncDisposable {
  readonly place: string;
  /** How many connections are open that pass everything on. */
  readonly open: number;
  /** How many connections wait for the wire to be mended. */
  readonly held: number;
  /** Ends every connection. New ones can be made. */
  drop(): void;
  /** Ends every connection, and lets none be made until it is mended. */
  cut(): void;
  /** Ends every connection. New ones are made, and reach the server when the wire is mended. */
  hold(): void;
  mend(): void;
  /** Over the connections that are open now nothing gets through any more, and neither side is told. */
  silence(): void;
  /** New connections are silent from their beginning. */
  silenceNew(): void;
  /** Over the connections that are open now no answer gets through any more, while what is sent arrives. */
  mute(): void;
}

interface Link {
  readonly near: Socket;
  readonly far: Socket;
  hears: 'both' | 'far' | 'neither';
}

/**
 * @param place `host:port` of the server.
 * @param atPort the port at which the wire begins. @defaultValue a free one
 */
export async function openWire(place: string, atPort = 0): Promise<Wire> {
  const [host, port] = place.split(':');
  const links = new Set<Link>();
  const held = new Set<Socket>();
  let state: 'whole' | 'cut' | 'holding' = 'whole';
  let hearsNew = true;
  const join = (near: Socket): void => {
    const far = connect({ host, port: Number(port), allowHalfOpen: true });
    const link: Link = { near, far, hears: hearsNew ? 'both' : 'neither' };
    links.add(link);
    pass(near, far, () => link.hears !== 'neither');
    pass(far, near, () => link.hears === 'both');
    const forget = (): unknown => near.destroyed && far.destroyed && links.delete(link);
    for (const socket of [near, far]) socket.on('close', forget);
  };
  const hold = (near: Socket): void => {
    held.add(near);
    near.on('error', () => near.destroy());
    near.on('close', () => held.delete(near));
  };
  const server = createServer({ allowHalfOpen: true }, (near) => {
    if (state === 'cut') near.destroy();
    else if (state === 'holding') hold(near);
    else join(near);
  }).listen(atPort, '127.0.0.1');
  await once(server, 'listening');
  const drop = (): void => {
    for (const { near, far } of links) for (const socket of [near, far]) socket.destroy();
    for (const near of held) near.destroy();
  };
  const hearNow = (hears: Link['hears']): void => {
    for (const link of links) link.hears = hears;
  };
  return {
    place: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get open() {
      return [...links].filter(({ hears }) => hears === 'both').length;
    },
    get held() {
      return held.size;
    },
    drop,
    cut() {
      state = 'cut';
      drop();
    },
    hold() {
      state = 'holding';
      drop();
    },
    mend() {
      state = 'whole';
      for (const near of held) join(near);
      held.clear();
    },
    silence: () => hearNow('neither'),
    silenceNew: () => void (hearsNew = false),
    mute: () => hearNow('far'),
    async [Symbol.asyncDispose]() {
      drop();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Brings what one side sends to the other, its end included, as long as that hears. */
function pass(from: Socket, to: Socket, isHeard: () => boolean): void {
  from.setNoDelay(true);
  from.on('error', () => from.destroy());
  from.on('data', (bytes) => isHeard() && to.write(bytes));
  from.on('end', () => isHeard() && to.end());
  from.on('close', () => isHeard() && to.destroy());
}
