import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect as connectDriver, type ChannelModel, type ConfirmChannel, type ConsumeMessage } from 'amqplib';
import { HTTP, type CloudEvent, type Message } from 'cloudevents';
import type { Envelope } from '../core/message/envelope.js';
import type { Received, Transport } from '../core/ports/transport.js';
import { oddAttributes, readEvent, sdkEvent, testReadingOfSdk } from '../test-support/cloud-events.js';
import { startRabbitmq, whyNoRabbitmq, type RabbitmqServer } from '../test-support/rabbitmq-server.js';
import { testEnvelope } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import { rabbitmqTransport } from './transport.js';

const reason = whyNoRabbitmq();
const startsWithinMs = 120_000;

// The SDK has no binding for AMQP. The one for HTTP has the same bodies, and the same attributes with another prefix.
(reason === undefined ? describe : describe.skip)(
  `the CloudEvents SDK, over RabbitMQ${reason === undefined ? '' : ` (${reason})`}`,
  () => {
    let server: RabbitmqServer;
    let connection: ChannelModel;
    let stranger: ConfirmChannel;
    beforeAll(async () => {
      server = await startRabbitmq();
      connection = await connectDriver(server.url);
      stranger = await connection.createConfirmChannel();
    }, startsWithinMs);
    const open: Transport[] = [];
    afterAll(async () => {
      await Promise.all([connection.close(), ...open.map((transport) => transport.close())]);
      await server[Symbol.asyncDispose]();
    });

    function connect() {
      const prefix = `test-${randomBytes(6).toString('hex')}`;
      const transport = rabbitmqTransport({ servers: server.place, prefix });
      open.push(transport);
      return { prefix, transport };
    }

    /** What the stranger gets when the envelope is published. */
    async function sent(envelope: Envelope): Promise<Message> {
      const { prefix, transport } = connect();
      await transport.check();
      const { queue } = await stranger.assertQueue('', { exclusive: true });
      await stranger.bindQueue(queue, prefix, 'event.#');
      const messages: ConsumeMessage[] = [];
      await stranger.consume(queue, (message) => message !== null && messages.push(message), { noAck: true });
      expect(await transport.publish([envelope])).toEqual([undefined]);
      const { content, properties } = await eventually(() => messages[0] ?? Promise.reject(new Error('nothing came')));
      const written: Readonly<Record<string, unknown>> = properties.headers ?? {};
      const attributes = Object.entries(written).map(([name, value]) => [name.replace(/^cloudEvents_/, 'ce-'), value]);
      const named = Object.fromEntries(attributes) as Message['headers'];
      const headers = { ...named, 'content-type': String(properties.contentType) };
      return { headers, body: content.toString() };
    }

    /** What a service gets when the stranger publishes a message of the SDK. */
    async function received({ headers, body }: Message, prefixOfAttributes = 'cloudEvents_') {
      const { prefix, transport } = connect();
      const all: Received[] = [];
      const options = { consumer: 'orders', types: ['test.happened'], onError: () => undefined };
      await transport.subscribe(options, async (batch) => void all.push(...batch));
      const { 'content-type': contentType, ...others } = headers;
      const attributes = Object.entries(others).map(([name, value]) => [
        name.replace(/^ce-/, prefixOfAttributes),
        value,
      ]);
      stranger.publish(prefix, 'event.test.happened', Buffer.from(body as string | Uint8Array), {
        ...(typeof contentType === 'string' && { contentType }),
        headers: Object.fromEntries(attributes) as Record<string, unknown>,
      });
      await stranger.waitForConfirms();
      await eventually(() => expect(all).toHaveLength(1));
      return all[0];
    }

    it.each([
      { what: 'plain attributes', change: { subject: 'order-1' } },
      { what: 'attributes with any letters', change: oddAttributes },
      { what: 'data with any letters', change: { data: { text: 'žluť' } } },
    ])('reads what is published: $what', async ({ change }) => {
      const envelope = testEnvelope({ schemaversion: 2, ...change });
      const event = HTTP.toEvent<unknown>(await sent(envelope)) as CloudEvent<unknown>;
      expect(event.validate()).toBe(true);
      expect(JSON.parse(JSON.stringify(event))).toEqual(envelope);
    });

    testReadingOfSdk(received);

    it('is read with the other prefix that the binding allows', async () => {
      const event = sdkEvent(oddAttributes);
      expect(await received(HTTP.binary(event), 'cloudEvents:')).toMatchObject(readEvent(event));
    });
  },
);
