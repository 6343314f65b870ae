import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Transport } from '../core/ports/transport.js';
import { startNats, whyNoNats, type NatsServer } from '../test-support/nats-server.js';
import { openWire } from '../test-support/wire.js';
import { eventually } from '../testing/eventually.js';
import { ask, codeOf, failureOf, question, reply, serve } from '../testing/transport-cases/request-steps.js';
import { Link, loadDriver } from './client.js';
import { natsTransport, type NatsTransportOptions } from './transport.js';

const reason = whyNoNats();
const describeNats = reason === undefined ? describe : describe.skip;

describeNats(`requests over NATS${reason === undefined ? '' : ` (${reason})`}`, () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNats([
      'accounts: { all: { jetstream: enabled, users: [',
      '  { user: ada, password: s3cret },',
      '  { user: mute, password: s3cret, permissions: { publish: { deny: "*.ask.>" }, subscribe: { deny: "*.ask.>" } } } ] } }',
      'no_auth_user: ada',
    ]);
  });
  afterAll(async () => server[Symbol.asyncDispose]());

  const open: Transport[] = [];
  afterAll(async () => {
    await Promise.all(open.map((transport) => transport.close()));
  });

  const prefix = `test-${randomBytes(6).toString('hex')}`;
  function connect(options: NatsTransportOptions = {}): Transport {
    const transport = natsTransport({ servers: server.place, prefix, ...options });
    open.push(transport);
    return transport;
  }

  it('that the server does not take are refused with both sizes, and so are such answers', async () => {
    const [asker, shop] = [1, 2].map(() => connect({ maxMessageBytes: 20_000_000 })) as [Transport, Transport];
    const subscription = await serve(shop, async (request) => reply(request, 'x'.repeat(Number(request.data))));
    await expect(ask(asker, question({ data: 'x'.repeat(9_000_000) }))).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      message: expect.stringMatching(/9000\d{3} bytes.*8388\d{3}/),
    });
    expect(codeOf(await ask(asker, question({ data: 9_000_000 })))).toBe('MESSAGE_TOO_LARGE');
    expect((await ask(asker, question({ data: 8_300_000 }))).kind).toBe('reply');
    await subscription.close();
  });

  it('whose connection is lost fail at once, and the next go over another one', async () => {
    await using wire = await openWire(server.place);
    const [asker, shop] = [connect({ servers: wire.place }), connect()];
    let inHand = 0;
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const subscription = await serve(shop, async (request) => {
      inHand++;
      if (request.id === 'hangs') await released;
      return reply(request, 'here');
    });
    const lost = failureOf(ask(asker, question({ id: 'hangs' })));
    await eventually(() => expect(inHand).toBe(1));
    wire.drop();
    expect(await lost).toBe('UNAVAILABLE');
    expect((await eventually(() => ask(asker, question()))).data).toBe('here');
    release();
    await subscription.close();
  });

  it('that the user may not send or answer fail at once, with the subject to allow', async () => {
    const subscription = await serve(connect());
    const mute = connect({ user: 'mute', password: 's3cret' });
    const refused = {
      code: 'UNAVAILABLE',
      retryable: false,
      message: expect.stringContaining(`${prefix}.ask.shop.ask`),
    };
    await expect(ask(mute, question())).rejects.toMatchObject(refused);
    await expect(serve(mute)).rejects.toMatchObject(refused);
    await subscription.close();
  });

  it('are asked for nothing by a stranger that sends none', async () => {
    const errors: string[] = [];
    const heard: unknown[] = [];
    const answer = async (request: Parameters<typeof reply>[0]) => {
      heard.push(request.data);
      return reply(request, request.data);
    };
    const subscription = await serve(connect(), answer, { onError: (error) => errors.push(String(error)) });
    const link = new Link({ servers: server.place }, 'a stranger');
    const connection = await link.get();
    const { headers } = await loadDriver();
    const subject = `${prefix}.ask.shop.ask`;
    let count = 0;
    connection.publish(subject, 'no one to answer');
    for (const body of [
      '{',
      '[]',
      '{"specversion":"1.0"}',
      Uint8Array.of(0xff),
      JSON.stringify(question({ type: '' })),
    ]) {
      connection.publish(subject, body, { reply: `_INBOX.stranger.${++count}`, headers: headers() });
    }
    connection.publish(`${prefix}.cancel.shop`, Uint8Array.of(0xff));
    await eventually(() => expect(errors.length).toBeGreaterThanOrEqual(6));
    expect((await ask(connect(), question({ data: 'fine' }))).data).toBe('fine');
    expect(heard).toEqual(['fine']);
    await link.close();
    await subscription.close();
  });
});
