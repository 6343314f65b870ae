import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { connect as connectDriver, type ConfirmChannel } from 'amqplib';
import type { Transport } from '../core/ports/transport.js';
import { startRabbitmq, whyNoRabbitmq, type RabbitmqServer } from '../test-support/rabbitmq-server.js';
import { openWires, type Wires } from '../test-support/wired-fixture.js';
import { casesFor } from '../testing/case.js';
import type { TransportCase } from '../testing/transport-case.js';
import { transportContract } from '../testing/transport-contract.js';
import { rabbitmqTransport } from './transport.js';

const reason = whyNoRabbitmq();
/** The server needs seconds to start again, on a busy machine half a minute. */
const patient = 240_000;

(reason === undefined ? describe : describe.skip)(
  `the RabbitMQ transport${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let server: RabbitmqServer;
    let wires: Wires;
    beforeAll(async () => {
      server = await startRabbitmq();
      wires = await openWires(server.place);
    }, patient);
    afterAll(async () => {
      await wires[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    });

    /** Works on the server as another program does. */
    async function withServer(work: (channel: ConfirmChannel) => Promise<unknown>): Promise<void> {
      const stranger = await connectDriver(server.url);
      try {
        await work(await stranger.createConfirmChannel());
      } finally {
        await stranger.close();
      }
    }

    /** Puts a message where consumers read. */
    const put = (exchange: string, key: string, body: Buffer, properties: object): Promise<void> =>
      withServer((channel) => {
        channel.publish(exchange, key, body, { messageId: randomBytes(6).toString('hex'), ...properties });
        return channel.waitForConfirms();
      });

    const capabilities = {
      ...rabbitmqTransport().capabilities,
      ...{ restart: true, cut: true, mute: true, outage: true, full: true, refusal: true },
      ...{ forget: true, foreign: true, stranger: true },
    };
    const cases = casesFor(transportContract, capabilities);
    const check = async (one: TransportCase): Promise<void> => {
      let restarted: Promise<void> | undefined;
      const prefix = `test-${randomBytes(6).toString('hex')}`;
      const run = one.run({
        ...wires.fixtureFor(one, (servers): Transport => rabbitmqTransport({ servers, prefix })),
        connectRefused: (password) => rabbitmqTransport({ servers: server.place, password, prefix }),
        restart: () => (restarted = server.restart()),
        async full(work) {
          await server.ctl(['set_vm_memory_high_watermark', '0.00001']);
          try {
            return await work();
          } finally {
            await server.ctl(['set_vm_memory_high_watermark', '0.8']);
          }
        },
        forget: (consumer) => withServer((channel) => channel.deleteQueue(`${prefix}.${consumer}`)),
        write: ({ type, kind, text }) =>
          put(prefix, `${kind}.${type}`, Buffer.from(text), { contentType: 'application/cloudevents+json' }),
        stranger: ({ type, kind, attributes, body }) => {
          const marks = Object.entries(attributes).map(([name, value]) => [`cloudEvents_${name}`, value] as const);
          return put(prefix, `${kind}.${type}`, Buffer.from(body), { headers: Object.fromEntries(marks) });
        },
      });
      // A case that fails meanwhile would take the next ones along.
      await run.finally(() => restarted);
    };
    it.each(cases)('$behaviour', check, patient);
  },
);
