import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { HTTP, type CloudEvent, type Message } from 'cloudevents';
import type { Envelope } from '../core/message/envelope.js';
import type { Received, Transport } from '../core/ports/transport.js';
import { oddAttributes, testReadingOfSdk } from '../test-support/cloud-events.js';
import { startNats, whyNoNats, type NatsServer } from '../test-support/nats-server.js';
import { testEnvelope } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import { Link, loadDriver } from './client.js';
import { natsTransport } from './transport.js';

const reason = whyNoNats();

// The SDK has no binding for NATS. The one for HTTP has the same headers, and the same bodies.
(reason === undefined ? describe : describe.skip)(
  `the CloudEvents SDK, over NATS${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let server: NatsServer;
    let link: Link;
    let stranger: NatsConnection;
    beforeAll(async () => {
      server = await startNats();
      link = new Link({ servers: server.place }, 'a stranger');
      stranger = await link.get();
    });
    const open: Transport[] = [];
    afterAll(async () => {
      await Promise.all([link.close(), ...open.map((transport) => transport.close())]);
      await server[Symbol.asyncDispose]();
    });

    function connect() {
      const prefix = `test-${randomBytes(6).toString('hex')}`;
      const transport = natsTransport({ servers: server.place, prefix });
      open.push(transport);
      return { prefix, transport };
    }

    /** What the stranger gets when the envelope is published. */
    async function sent(envelope: Envelope): Promise<Message> {
      const { prefix, transport } = connect();
      const messages: Msg[] = [];
      stranger.subscribe(`${prefix}.event.>`, { callback: (_error, message) => void messages.push(message) });
      await stranger.flush();
      expect(await transport.publish([envelope])).toEqual([undefined]);
      const message = await eventually(() => messages[0] ?? Promise.reject(new Error('nothing came')));
      const headers = message.headers?.keys().map((name) => [name.toLowerCase(), message.headers?.get(name)]) ?? [];
      return { headers: Object.fromEntries(headers) as Message['headers'], body: message.string() };
    }

    /** What a service gets when the stranger publishes a message of the SDK. */
    async function received({ headers, body }: Message): Promise<Received | undefined> {
      const { prefix, transport } = connect();
      const all: Received[] = [];
      const options = { consumer: 'orders', types: ['test.happened'], onError: () => undefined };
      await transport.subscribe(options, async (batch) => void all.push(...batch));
      const written = (await loadDriver()).headers();
      for (const [name, value] of Object.entries(headers)) written.set(name, String(value));
      stranger.publish(`${prefix}.event.test.happened`, body as string | Uint8Array, { headers: written });
      await eventually(() => expect(all).toHaveLength(1));
      return all[0];
    }

    it('reads what is published, each attribute as it is once its percent-encoding is undone', async () => {
      const envelope = testEnvelope({ schemaversion: 2, data: { text: 'žluť' }, ...oddAttributes });
      const event = HTTP.toEvent<unknown>(await sent(envelope)) as CloudEvent<unknown>;
      expect(event.validate()).toBe(true);
      const { data, time, ...attributes } = JSON.parse(JSON.stringify(event)) as Readonly<Record<string, unknown>>;
      const decoded = Object.entries(attributes).map(([name, value]) => [name, decodeURIComponent(String(value))]);
      // Every header is a text.
      expect({ ...Object.fromEntries(decoded), data, time }).toEqual({ ...envelope, schemaversion: '2' });
    });

    it('reads plain attributes at once', async () => {
      const envelope = testEnvelope({ subject: 'order-1' });
      const event = HTTP.toEvent(await sent(envelope)) as CloudEvent;
      expect({ ...event.toJSON() }).toEqual({ ...envelope, schemaversion: '1' });
    });

    testReadingOfSdk(received);
  },
);
