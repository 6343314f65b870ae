import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { Bus } from '../databases/databases.js';
import { natsServer } from './nats.js';
import { rabbitmqServer } from './rabbitmq.js';
import type { BrokerKind, Server } from './server.js';
import { openWire } from './wire.js';

/** A server of our own that services reach through a wire. It ends with its data, unless that is kept. */
export interface Broker extends AsyncDisposable {
  readonly server: Server;
  /** A bus that has nothing in common with the others on it. */
  newBus(): Bus;
  keep(): string;
}

const servers: Readonly<Record<BrokerKind, () => Promise<Server>>> = {
  nats: natsServer,
  rabbitmq: rabbitmqServer,
};

export const brokerKinds = Object.keys(servers) as readonly BrokerKind[];

/** Starts a server of its own with nothing in it. */
export async function startBroker(kind: BrokerKind): Promise<Broker> {
  const server = await servers[kind]();
  const end = (): void => void server.end('SIGKILL');
  process.once('exit', end);
  await server.start();
  const wire = await openWire(server.port);
  let isKept = false;
  const keep = (): string => {
    isKept = true;
    return server.folder;
  };
  return {
    server,
    keep,
    newBus() {
      const prefix = `e2e-${randomBytes(4).toString('hex')}`;
      return {
        transportUrl: server.url(wire.port, prefix),
        server,
        keep,
        async intoLog(type, kind, text, disguise = 0) {
          await server.write({ type, kind, text, disguise }, prefix);
          return true;
        },
        cuts: [async () => wire.cut(), async () => wire.silence()],
        faults: async () => [],
        [Symbol.asyncDispose]: async () => undefined,
      };
    },
    async [Symbol.asyncDispose]() {
      await wire[Symbol.asyncDispose]();
      process.off('exit', end);
      await server.end('SIGKILL');
      if (!isKept) rmSync(server.folder, { recursive: true, force: true });
    },
  };
}
