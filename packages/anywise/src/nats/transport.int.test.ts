import { randomBytes } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import type { Transport } from '../core/ports/transport.js';
import { startNats, whyNoNats, type NatsServer } from '../test-support/nats-server.js';
import { openWires, type Wires } from '../test-support/wired-fixture.js';
import { casesFor } from '../testing/case.js';
import type { TransportCase } from '../testing/transport-case.js';
import { transportContract } from '../testing/transport-contract.js';
import { Link, loadDriver } from './client.js';
import { natsTransport } from './transport.js';

const reason = whyNoNats();

(reason === undefined ? describe : describe.skip)(
  `the NATS transport${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    const [user, password] = ['ada', 's3cret'];
    let server: NatsServer;
    let wires: Wires;
    beforeAll(async () => {
      server = await startNats([`authorization: { user: ${user}, password: ${password} }`]);
      wires = await openWires(server.place);
    });
    afterAll(async () => {
      await wires[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    });

    /** Works on the server as another program does. */
    async function withServer(
      work: (connection: NatsConnection, driver: Awaited<ReturnType<typeof loadDriver>>) => Promise<unknown>,
    ): Promise<void> {
      const link = new Link({ servers: server.place, user, password }, 'a stranger');
      try {
        await work(await link.get(), await loadDriver());
      } finally {
        await link.close();
      }
    }

    /** Puts a message where consumers read. */
    const put = (subject: string, body: string | Uint8Array, marks: Readonly<Record<string, string>>): Promise<void> =>
      withServer(async (connection, { headers, jetstream }) => {
        const made = headers();
        for (const [name, value] of Object.entries(marks)) made.set(name, value);
        await jetstream(connection).publish(subject, body, { headers: made });
      });

    /** Leaves room for so many bytes, about. */
    const limitStream = (prefix: string, room: number): Promise<void> =>
      withServer(async (connection, { jetstreamManager }) => {
        const manager = await jetstreamManager(connection);
        const { state } = await manager.streams.info(prefix);
        await manager.streams.update(prefix, { max_bytes: room === Infinity ? -1 : state.bytes + room });
      });

    const capabilities = {
      ...natsTransport().capabilities,
      ...{ restart: true, cut: true, mute: true, outage: true, full: true, refusal: true },
      ...{ forget: true, foreign: true, stranger: true },
    };
    const cases = casesFor(transportContract, capabilities);
    const check = async (one: TransportCase): Promise<void> => {
      const prefix = `test-${randomBytes(6).toString('hex')}`;
      const connect = (servers: string): Transport => natsTransport({ servers, user, password, prefix });
      await one.run({
        ...wires.fixtureFor(one, connect),
        connectRefused: (wrong) => natsTransport({ servers: server.place, user, password: wrong, prefix }),
        restart: () => server.restart(),
        async full(work) {
          await limitStream(prefix, 10_000);
          try {
            return await work();
          } finally {
            await limitStream(prefix, Infinity);
          }
        },
        forget: (consumer) =>
          withServer(async (connection, { jetstreamManager }) => {
            const manager = await jetstreamManager(connection);
            await manager.streams.purge(`${prefix}-positions`, { filter: `${prefix}.position.${consumer}.*` });
          }),
        write: ({ type, kind, text }) =>
          put(`${prefix}.${kind}.${type}`, text, { 'Content-Type': 'application/cloudevents+json' }),
        stranger: ({ type, kind, attributes, body }) => {
          const marks = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value] as const);
          return put(`${prefix}.${kind}.${type}`, body, Object.fromEntries(marks));
        },
      });
    };
    it.each(cases)('$behaviour', check);
  },
);
