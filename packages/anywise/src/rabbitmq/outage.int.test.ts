import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect as connectDriver, type Channel } from 'amqplib';
import type { Received, Transport } from '../core/ports/transport.js';
import { startRabbitmq, whyNoRabbitmq, type RabbitmqServer } from '../test-support/rabbitmq-server.js';
import { startTimer } from '../core/time/timers.js';
import { openWire, type Wire } from '../test-support/wire.js';
import { testEnvelope } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import { ask, question, reply, serve } from '../testing/transport-cases/request-steps.js';
import { rabbitmqTransport, type RabbitmqTransportOptions } from './transport.js';

const reason = whyNoRabbitmq();
const describeRabbitmq = reason === undefined ? describe : describe.skip;
const note = reason === undefined ? '' : ` (${reason})`;
const password = 's3cret';
const patient = 120_000;

describeRabbitmq(`a RabbitMQ server that is not as it should be${note}`, () => {
  let server: RabbitmqServer;
  beforeAll(async () => {
    server = await startRabbitmq({
      configuration: ['max_message_size = 6000000'],
      advanced: '[{rabbit, [{consumer_timeout, 2000}, {channel_tick_interval, 1000}]}].',
      users: [
        { name: 'ada', password, configure: '.*', write: '.*', read: '.*' },
        { name: 'reader', password, configure: '.*', write: '^$', read: '.*' },
      ],
    });
  }, patient);
  afterAll(async () => server[Symbol.asyncDispose]());

  const open: Transport[] = [];
  afterAll(async () => {
    await Promise.all(open.map((transport) => transport.close()));
  });

  function connect(options: RabbitmqTransportOptions = {}): Transport {
    const transport = rabbitmqTransport({ servers: server.place, user: 'ada', password, ...options });
    open.push(transport);
    return transport;
  }

  const newPrefix = (): string => `test-${randomBytes(6).toString('hex')}`;
  const command = (id: string, type = 'orders.place') => testEnvelope({ id, type, kind: 'command' });

  async function administrate(work: (channel: Channel) => Promise<unknown>): Promise<void> {
    const connection = await connectDriver(server.url);
    const channel = await connection.createChannel();
    await work(channel);
    await channel.close();
    await connection.close();
  }

  interface Recorded {
    readonly ids: string[];
    readonly errors: string[];
  }

  async function receive(transport: Transport, types = ['test.happened'], consumer = 'orders'): Promise<Recorded> {
    const [ids, errors]: [string[], string[]] = [[], []];
    const onError = (error: unknown): number => errors.push(String(error));
    await transport.subscribe({ consumer, types, onError }, async (batch) => {
      for (const received of batch) if ('envelope' in received) ids.push(received.envelope.id);
    });
    return { ids, errors };
  }

  it('that cannot be reached is an error that names its place, and no password', async () => {
    const error = await connect({ servers: '127.0.0.1:9' })
      .check()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(String(error)).toContain('127.0.0.1:9');
    expect(inspect(error, { depth: 9 })).not.toContain(password);
  });

  it.each([
    [{ user: 'ada', password: 'wr0ng' }, /refuses the credentials/],
    [{ vhost: 'nowhere' }, /virtual host exists/],
  ])('that does not let %j in says so, and that trying again does not help', async (options, text) => {
    const error = await connect(options)
      .check()
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: false });
    expect(String(error)).toMatch(text);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toMatch(/s3cret|wr0ng/);
  });

  it('of which another in the list can be reached is used', async () => {
    await connect({ servers: ['127.0.0.1:9', server.place] }).check();
  });

  it('that does not let the user publish says to what', async () => {
    const prefix = newPrefix();
    await connect({ prefix }).check();
    const publishing = connect({ prefix, user: 'reader' }).publish([testEnvelope()]);
    await expect(publishing).rejects.toThrow(`access to exchange '${prefix}'`);
    await expect(publishing).rejects.toThrow('rabbitmqctl set_permissions');
  });

  it('that has no exchange, where none may be made, gets a command that makes it', async () => {
    const prefix = newPrefix();
    const transport = connect({ prefix, manage: false });
    await server.ctl(['import_definitions'], await missingAt(transport.check()));
    await eventually(() => transport.check());
    const types = ['test.happened'];
    const subscribing = transport.subscribe(
      { consumer: 'orders', types, onError: () => undefined },
      async () => undefined,
    );
    await server.ctl(['import_definitions'], await missingAt(subscribing));
    const { ids } = await receive(transport);
    await connect({ prefix, manage: false }).publish([testEnvelope({ id: 'event' }), command('command')]);
    await eventually(() => expect(ids).toEqual(['event', 'command']));
  });

  it('answers others although somebody gives an address that there is not', async () => {
    const prefix = newPrefix();
    const shop = connect({ prefix });
    const heard: string[] = [];
    await serve(shop, async (request) => {
      heard.push(request.id);
      return reply(request, 1);
    });
    const forged = {
      replyTo: 'amq.rabbitmq.reply-to.g1h2AA5yZXBseUAxMjM0NTY3OAAAAAAAAAAAAAAAAA==.abc',
      correlationId: 'forged',
    };
    const text = Buffer.from(JSON.stringify(question({ id: 'forged' })));
    await administrate(async (channel) => channel.publish(`${prefix}.ask`, 'shop.ask', text, forged));
    await eventually(() => expect(heard).toEqual(['forged']));
    // An answer that is on its way together with the forged one may be lost. Later ones are not.
    await eventually(async () => {
      const controller = new AbortController();
      const timer = startTimer(() => controller.abort(new Error('It is late.')), 1_000);
      const answer = await ask(shop, question(), controller.signal).finally(() => clearTimeout(timer));
      expect(answer).toMatchObject({ data: 1 });
    });
  });

  it('whose queue has other settings is refused with them', async () => {
    const prefix = newPrefix();
    await administrate((channel) =>
      channel.assertQueue(`${prefix}.orders`, { arguments: { 'x-queue-type': 'quorum' } }),
    );
    await expect(receive(connect({ prefix }))).rejects.toThrow(/exists with other settings.*'x-/);
  });

  it('keeps a command for a service that has never run', async () => {
    const prefix = newPrefix();
    const transport = connect({ prefix });
    expect(await transport.publish([command('early')])).toEqual([undefined]);
    const { ids } = await receive(connect({ prefix }));
    await eventually(() => expect(ids).toEqual(['early']));
  });

  it('holds back what follows in the key of a command whose service has no queue, and of what cannot be routed', async () => {
    const prefix = newPrefix();
    await connect({ prefix }).check();
    const outcomes = (
      await connect({ prefix, manage: false }).publish([
        { ...command('early', 'ghosts.place'), subject: 'a' },
        testEnvelope({ id: 'behind-early', subject: 'a' }),
        testEnvelope({ id: 'long', subject: 'b', type: `test.${'x'.repeat(300)}` }),
        testEnvelope({ id: 'behind-long', subject: 'b' }),
        testEnvelope({ id: 'other', subject: 'c' }),
      ])
    ).map((failure) => (failure === undefined ? 'published' : failure.permanent ? 'never' : 'not yet'));
    expect(outcomes).toEqual(['not yet', 'not yet', 'never', 'not yet', 'published']);
  });

  it('whose queue is deleted takes no command for it, and gets a new one', async () => {
    const prefix = newPrefix();
    const transport = connect({ prefix });
    await transport.publish([command('before')]);
    await administrate((channel) => channel.deleteQueue(`${prefix}.orders`));
    const [failure] = await transport.publish([command('after')]);
    expect(failure).toMatchObject({ permanent: false });
    expect(String(failure?.error)).toContain(`\`${prefix}.orders\` is missing`);
    expect(await transport.publish([command('after')])).toEqual([undefined]);
    const { ids } = await receive(transport);
    await eventually(() => expect(ids).toEqual(['after']));
  });

  it('whose queue is deleted while it is read says what is lost, and gets a new one', async () => {
    const prefix = newPrefix();
    const transport = connect({ prefix });
    const { ids, errors } = await receive(transport);
    await administrate((channel) => channel.deleteQueue(`${prefix}.orders`));
    await eventually(() => expect(errors.join()).toMatch(/was deleted, and what was in it is lost/));
    await eventually(async () => {
      await transport.publish([testEnvelope({ id: 'after' })]);
      expect(ids).toContain('after');
    });
  });

  it(
    'whose exchange is deleted publishes again once every service has bound its queue',
    async () => {
      const prefix = newPrefix();
      const transport = connect({ prefix });
      const { ids } = await receive(transport);
      await transport.publish([testEnvelope({ id: 'before' })]);
      await administrate((channel) => channel.deleteExchange(prefix));
      await expect(transport.publish([testEnvelope({ id: 'after' })])).rejects.toThrow(/no exchange/);
      await expect(transport.publish([testEnvelope({ id: 'after' })])).rejects.toThrow(/was deleted/);
      await eventually(() => transport.publish([testEnvelope({ id: 'after' })]));
      await eventually(() => expect(ids).toEqual(['before', 'after']));
    },
    patient,
  );

  it('that takes less than a message has refuses it for good, with both sizes, and takes the others', async () => {
    const transport = connect({ prefix: newPrefix(), maxMessageBytes: 20_000_000 });
    const both = [testEnvelope({ id: 'large', data: 'x'.repeat(9_000_000) }), testEnvelope({ id: 'small' })];
    await expect(transport.publish(both)).rejects.toThrow(/message size/);
    const [large, small] = await transport.publish(both);
    expect(large).toMatchObject({ permanent: true, error: { code: 'MESSAGE_TOO_LARGE' } });
    expect(String(large?.error)).toMatch(/9000002 bytes.*6000000/);
    expect(small).toBeUndefined();
  });

  it('refuses for good what has more attributes or a longer type than AMQP carries, and takes the others', async () => {
    const transport = connect({ prefix: newPrefix() });
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`attribute${n}`, 'x'.repeat(400)]));
    const [attributes, type, small] = await transport.publish([
      { ...testEnvelope({ id: 'many' }), ...many },
      testEnvelope({ id: 'long', type: `test.${'x'.repeat(300)}` }),
      testEnvelope({ id: 'small' }),
    ]);
    expect(attributes).toMatchObject({ permanent: true, error: { code: 'MESSAGE_TOO_LARGE' } });
    expect(type).toMatchObject({ permanent: true, error: { code: 'INVALID_ENVELOPE' } });
    expect(small).toBeUndefined();
  });

  it(
    'brings many large messages in their order, though more come ahead than there is room for',
    async () => {
      const prefix = newPrefix();
      const [transport, receiver] = [connect({ prefix }), connect({ prefix })];
      const first = await receiver.subscribe(
        { consumer: 'orders', types: ['test.happened'], onError: () => undefined },
        async () => undefined,
      );
      await first.close();
      const sent = Array.from({ length: 60 }, (_, n) => `m${n}`);
      for (const id of sent) await transport.publish([testEnvelope({ id, data: 'x'.repeat(1_000_000) })]);
      const { ids } = await receive(receiver);
      // A reader that is slow for two seconds loses its channel to this server, which then repeats what it had in hand.
      await eventually(() => expect([...new Set(ids)]).toEqual(sent), patient / 2);
    },
    patient,
  );

  it('brings what no instance that runs has asked for to one of them, in order, and says so once', async () => {
    const prefix = newPrefix();
    const newer = connect({ prefix });
    await receive(newer, ['test.happened', 'test.newer']);
    await newer.close();
    const [one, two] = [await receive(connect({ prefix })), await receive(connect({ prefix }))];
    const sent = Array.from({ length: 20 }, (_, n) =>
      testEnvelope({ id: `m${n}`, type: n % 3 === 1 ? 'test.newer' : 'test.happened' }),
    );
    await connect({ prefix }).publish(sent);
    await eventually(() => expect(new Set([...one.ids, ...two.ids]).size).toBe(20));
    for (const { ids } of [one, two]) {
      expect(ids).toEqual([...ids].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))));
    }
    expect([...one.errors, ...two.errors].join()).toMatch(/brings `event.test.newer`, which no instance/);
    const third = await receive(connect({ prefix }), ['test.happened', 'test.newer']);
    await connect({ prefix }).publish([testEnvelope({ id: 'last', type: 'test.newer' })]);
    await eventually(() => expect(third.ids).toEqual(['last']));
  });

  it(
    'that no longer waits for a slow batch brings it to another instance, and what follows',
    async () => {
      const prefix = newPrefix();
      const [slow, errors]: [string[], string[]] = [[], []];
      const other: string[] = [];
      const options = {
        consumer: 'orders',
        types: ['test.happened'],
        onError: (error: unknown) => errors.push(String(error)),
      };
      const idsIn = (batch: readonly Received[]): string[] =>
        batch.flatMap((received) => ('envelope' in received ? [received.envelope.id] : []));
      await connect({ prefix }).subscribe(options, async (batch) => {
        await eventually(() => expect(other).toEqual(['m0', 'm1', 'm2']));
        slow.push(...idsIn(batch));
      });
      await connect({ prefix }).subscribe(options, async (batch) => void other.push(...idsIn(batch)));
      for (const id of ['m0', 'm1', 'm2']) await connect({ prefix }).publish([testEnvelope({ id })]);
      await eventually(() => expect(slow).toEqual(['m0']));
      await eventually(() => expect(errors.join()).toContain('consumer_timeout'));
      expect(other).toEqual(['m0', 'm1', 'm2']);
    },
    patient,
  );

  it(
    'that is short of memory says so, and takes messages again afterwards',
    async () => {
      const prefix = newPrefix();
      const transport = connect({ prefix });
      const { ids } = await receive(transport);
      await transport.publish([testEnvelope({ id: 'before' })]);
      await server.ctl(['set_vm_memory_high_watermark', '0.00001']);
      try {
        const short = 'short of memory or disk';
        const publish = () => transport.publish([testEnvelope({ id: 'm' })]);
        const refused = eventually(() => expect(publish()).rejects.toThrow(short));
        await eventually(() => expect(transport.check()).rejects.toThrow(short));
        await refused;
      } finally {
        await server.ctl(['set_vm_memory_high_watermark', '0.8']);
      }
      await eventually(() => transport.publish([testEnvelope({ id: 'after' })]));
      await transport.check();
      await eventually(() => expect(ids).toContain('after'));
    },
    patient,
  );

  it(
    'that is killed comes back to the same transport',
    async () => {
      const transport = connect({ prefix: newPrefix() });
      const { ids, errors } = await receive(transport);
      await transport.publish([testEnvelope({ id: 'before' })]);
      await eventually(() => expect(ids).toEqual(['before']));
      await server.kill();
      await expect(transport.check()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(transport.publish([testEnvelope({ id: 'm' })])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await eventually(() => expect(errors.length).toBeGreaterThan(0));
      await server.start();
      await eventually(() => transport.publish([testEnvelope({ id: 'm' })]), 60_000);
      await eventually(() => expect(ids).toContain('m'), 60_000);
      await transport.check();
      expect(errors.join()).not.toContain(password);
    },
    patient,
  );

  it(
    'that freezes is noticed, and serves the same transport again',
    async () => {
      const transport = connect({ prefix: newPrefix() });
      const { ids, errors } = await receive(transport);
      await transport.publish([testEnvelope({ id: 'before' })]);
      await eventually(() => expect(ids).toEqual(['before']));
      server.pause();
      try {
        const unusable = { code: 'UNAVAILABLE' };
        await Promise.all([
          expect(transport.publish([testEnvelope({ id: 'm' })])).rejects.toMatchObject(unusable),
          expect(transport.check()).rejects.toMatchObject(unusable),
          eventually(() => expect(errors.length).toBeGreaterThan(0)),
        ]);
      } finally {
        server.resume();
      }
      await eventually(() => transport.publish([testEnvelope({ id: 'after' })]));
      await eventually(() => expect(ids).toContain('after'));
    },
    patient,
  );

  it('is read at once when a check finds that it is back, however long it was away', async () => {
    await using wire = await openWire(server.place);
    const transport = connect({ prefix: newPrefix(), servers: wire.place });
    const { ids, errors } = await receive(transport);
    await transport.publish([testEnvelope({ id: 'before' })]);
    await eventually(() => expect(ids).toEqual(['before']));
    wire.cut();
    // After so many attempts in vain the next one comes after several seconds.
    await eventually(() => expect(errors.length).toBeGreaterThanOrEqual(7));
    wire.mend();
    const backAt = performance.now();
    await transport.check();
    await transport.publish([testEnvelope({ id: 'after' })]);
    await eventually(() => expect(ids).toContain('after'));
    expect(performance.now() - backAt).toBeLessThan(3_000);
  });

  it.each([
    { what: 'is gone without a word', fail: (wire: Wire) => wire.cut() },
    { what: 'has stopped, and neither answers nor is gone', fail: (wire: Wire) => wire.silence() },
  ])(
    'lets another instance read where the one that reads $what',
    async ({ fail }) => {
      const prefix = newPrefix();
      await using wire = await openWire(server.place);
      const first = await receive(connect({ prefix, servers: wire.place }));
      const publisher = connect({ prefix });
      await publisher.publish([testEnvelope({ id: 'm1' })]);
      await eventually(() => expect(first.ids).toEqual(['m1']));
      const second = await receive(connect({ prefix }));
      await publisher.publish([testEnvelope({ id: 'm2' })]);
      await eventually(() => expect(first.ids).toEqual(['m1', 'm2']));
      expect(second.ids).toEqual([]);
      fail(wire);
      await publisher.publish([testEnvelope({ id: 'm3' })]);
      await eventually(() => expect(second.ids).toContain('m3'));
    },
    patient,
  );
});

/** The definitions that an error says to import. */
async function missingAt(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => 'it did not fail',
    (thrown: unknown) => String(thrown),
  );
  const [, definitions = error] = /run `echo '(.*)' \| rabbitmqctl import_definitions`/.exec(error) ?? [];
  return definitions;
}
