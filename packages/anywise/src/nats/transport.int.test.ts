import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { startNats, whyNoNats, type NatsServer } from '../test-support/nats-server.js';
import { casesFor } from '../testing/case.js';
import type { TransportCase } from '../testing/transport-case.js';
import { transportContract } from '../testing/transport-contract.js';
import { Link, loadDriver } from './client.js';
import { natsTransport } from './transport.js';

const reason = whyNoNats();

(reason === undefined ? describe : describe.skip)(
  `the NATS transport${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let server: NatsServer;
    beforeAll(async () => {
      server = await startNats();
    });
    afterAll(async () => server[Symbol.asyncDispose]());

    /** Puts a text where consumers read, as a CloudEvent in structured mode. */
    async function write(
      prefix: string,
      message: { readonly type: string; readonly kind: string; readonly text: string },
    ) {
      const { headers, jetstream } = await loadDriver();
      const link = new Link({ servers: server.place }, 'a stranger');
      const structured = headers();
      structured.set('Content-Type', 'application/cloudevents+json');
      const client = jetstream(await link.get());
      await client.publish(`${prefix}.${message.kind}.${message.type}`, message.text, { headers: structured });
      await link.close();
    }

    const capabilities = { ...natsTransport().capabilities, restart: true, foreign: true };
    const cases = casesFor(transportContract, capabilities);
    const check = async ({ run }: TransportCase): Promise<void> => {
      const prefix = `test-${randomBytes(6).toString('hex')}`;
      await run({
        connect: () => natsTransport({ servers: server.place, prefix }),
        restart: () => server.restart(),
        write: (message) => write(prefix, message),
      });
    };
    it.each(cases)('$behaviour', check);
  },
);
