import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { errorText } from '../core/errors/thrown.js';
import type { Transport } from '../core/ports/transport.js';
import { openWire, type Wire } from '../test-support/wire.js';
import { startNats, whyNoNats, type NatsServer } from '../test-support/nats-server.js';
import { testEnvelope } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import { Link, loadDriver } from './client.js';
import { natsTransport, type NatsTransportOptions } from './transport.js';

const reason = whyNoNats();
const describeNats = reason === undefined ? describe : describe.skip;
const note = reason === undefined ? '' : ` (${reason})`;
const patient = 60_000;

describeNats(`a NATS server that is not as it should be${note}`, () => {
  let server: NatsServer;
  beforeAll(async () => {
    server = await startNats([
      'accounts: {',
      '  full: { jetstream: enabled, users: [',
      '    { user: ada, password: s3cret },',
      '    { user: reader, password: s3cret, permissions: { publish: ["$JS.API.STREAM.INFO.>", "_INBOX.>"] } } ] } }',
      'no_auth_user: ada',
    ]);
  });
  afterAll(async () => server[Symbol.asyncDispose]());

  const open: Transport[] = [];
  afterAll(async () => {
    await Promise.all(open.map((transport) => transport.close()));
  });

  function connect(options: NatsTransportOptions = {}): Transport {
    const transport = natsTransport({ servers: server.place, ...options });
    open.push(transport);
    return transport;
  }

  const newPrefix = (): string => `test-${randomBytes(6).toString('hex')}`;

  async function withManager(work: (manager: Manager) => Promise<unknown>): Promise<void> {
    const link = new Link({ servers: server.place }, 'an administrator');
    const { jetstreamManager } = await loadDriver();
    await work(await jetstreamManager(await link.get()));
    await link.close();
  }

  async function receive(transport: Transport): Promise<{ readonly ids: string[]; readonly errors: string[] }> {
    const [ids, errors]: [string[], string[]] = [[], []];
    const options = { consumer: 'orders', types: ['test.happened'] };
    const onError = (error: unknown): number => errors.push(String(error));
    await transport.subscribe({ ...options, onError }, async (batch) => {
      for (const received of batch) if ('envelope' in received) ids.push(received.envelope.id);
    });
    return { ids, errors };
  }

  it('that cannot be reached is an error that names its place, and no password', async () => {
    const transport = connect({ servers: '127.0.0.1:9', user: 'ada', password: 's3cret' });
    const check = transport.check();
    await expect(check).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    await expect(check).rejects.toThrow('127.0.0.1:9');
    await expect(check).rejects.not.toThrow('s3cret');
  });

  it('that refuses the credentials says so', async () => {
    await expect(connect({ user: 'ada', password: 'wrong' }).check()).rejects.toThrow(/refuses the credentials/);
  });

  it('that does not let the user publish says which subject', async () => {
    const prefix = newPrefix();
    await connect({ prefix }).check();
    const reader = connect({ prefix, user: 'reader', password: 's3cret' });
    await expect(reader.publish([testEnvelope()])).rejects.toThrow(`${prefix}.event.test.happened`);
  });

  it('that has no stream, where none may be made, gets the command that makes it', async () => {
    const prefix = newPrefix();
    const error = await connect({ prefix, manage: false, replicas: 3 }).check().catch(errorText);
    expect(String(error).replaceAll(prefix, 'shop')).toBe(
      [
        'The NATS streams `shop` and `shop-positions` are missing, and `manage` is `false`. Let an administrator run:',
        "  nats stream add shop --subjects 'shop.event.>,shop.command.>' --storage file --replicas 3 --retention limits --discard new --max-age 604800s --max-bytes -1 --dupe-window 120s --allow-direct --defaults",
        "  nats stream add shop-positions --subjects 'shop.position.>' --storage file --replicas 3 --max-msgs-per-subject 1 --allow-direct --defaults",
      ].join('\n'),
    );
  });

  it('whose stream has other settings is refused with each of them', async () => {
    const prefix = newPrefix();
    await withManager((manager) =>
      manager.streams.add({
        name: prefix,
        subjects: [`${prefix}.event.>`],
        discard: 'old',
        retention: 'workqueue',
      } as never),
    );
    const check = connect({ prefix }).check();
    await expect(check).rejects.toThrow(`lacks the subjects \`${prefix}.command.>\``);
    await expect(check).rejects.toThrow('retention is `workqueue`');
    await expect(check).rejects.toThrow('discard policy is `old`');
  });

  it('whose stream is full takes nothing of a key behind what it refused, and goes on once there is room', async () => {
    const prefix = newPrefix();
    const transport = connect({ prefix, maxBytes: 20_000 });
    await transport.publish([testEnvelope({ id: 'first', data: 'x'.repeat(15_000) })]);
    const [large, small, other] = await transport.publish([
      testEnvelope({ id: 'large', subject: 'a', data: 'x'.repeat(10_000) }),
      testEnvelope({ id: 'small', subject: 'a' }),
      testEnvelope({ id: 'other', subject: 'b' }),
    ]);
    expect(large).toMatchObject({ permanent: false });
    expect(String(large?.error)).toContain('maxBytes');
    expect(small).toMatchObject({ permanent: false });
    expect(other).toBeUndefined();
    await withManager((manager) => manager.streams.update(prefix, { max_bytes: 1_000_000 }));
    expect(await transport.publish([testEnvelope({ id: 'large' }), testEnvelope({ id: 'small' })])).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('brings the messages of two sources that have one id, and once what is published again', async () => {
    const transport = connect({ prefix: newPrefix() });
    const { ids } = await receive(transport);
    const [one, other] = ['/one', '/other'].map((source) => testEnvelope({ id: 'same', source }));
    for (const envelope of [one, other, one, testEnvelope({ id: 'last' })]) {
      if (envelope !== undefined) await transport.publish([envelope]);
    }
    await eventually(() => expect(ids).toContain('last'));
    expect(ids).toEqual(['same', 'same', 'last']);
  });

  it('that takes less than a message has refuses it for good, with both sizes', async () => {
    const transport = connect({ prefix: newPrefix(), maxMessageBytes: 20_000_000 });
    const [failure] = await transport.publish([testEnvelope({ data: 'x'.repeat(9_000_000) })]);
    expect(failure).toMatchObject({ permanent: true, error: { code: 'MESSAGE_TOO_LARGE' } });
    expect(String(failure?.error)).toMatch(/9000\d{3} bytes.*8388608/);
  });

  it('whose stream is deleted gets a new one, which is read from its beginning', async () => {
    const prefix = newPrefix();
    const transport = connect({ prefix });
    const { ids } = await receive(transport);
    await transport.publish([testEnvelope({ id: 'before-1' }), testEnvelope({ id: 'before-2' })]);
    await eventually(() => expect(ids).toHaveLength(2));
    await withManager((manager) => manager.streams.delete(prefix));
    await eventually(() => transport.publish([testEnvelope({ id: 'after' })]));
    await eventually(() => expect(ids).toContain('after'));
  });

  it('whose connection is cut is sent nothing later of what was refused meanwhile', async () => {
    const prefix = newPrefix();
    await using wire = await openWire(server.place);
    const transport = connect({ prefix, servers: wire.place });
    const { ids } = await receive(connect({ prefix }));
    await transport.publish([testEnvelope({ id: 'before' })]);
    wire.cut();
    // The first may have been on its way.
    for (const id of ['cut-off', 'refused']) {
      await expect(transport.publish([testEnvelope({ id })])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    }
    wire.mend();
    await eventually(() => transport.publish([testEnvelope({ id: 'after' })]));
    await eventually(() => expect(ids).toContain('after'));
    expect(ids).toEqual(['before', 'after']);
  });

  it(
    'that takes long to connect again is not sent what was refused meanwhile',
    async () => {
      const prefix = newPrefix();
      await using wire = await openWire(server.place);
      const transport = connect({ prefix, servers: wire.place });
      const { ids } = await receive(connect({ prefix }));
      await transport.publish([testEnvelope({ id: 'before' })]);
      wire.hold();
      const refused: Promise<void>[] = [];
      const refuse = (): void => {
        const publishing = transport.publish([testEnvelope({ id: `refused-${refused.length}` })]);
        refused.push(expect(publishing).rejects.toMatchObject({ code: 'UNAVAILABLE' }));
      };
      await eventually(() => {
        refuse();
        expect(wire.held).toBeGreaterThan(0);
      });
      refuse();
      await Promise.all(refused);
      wire.mend();
      await eventually(() => transport.publish([testEnvelope({ id: 'after' })]));
      await eventually(() => expect(ids).toContain('after'));
      expect(ids).toEqual(['before', 'after']);
    },
    patient,
  );

  it('that is away comes back to the same transport', async () => {
    const transport = connect({ prefix: newPrefix() });
    const { ids, errors } = await receive(transport);
    await server.kill();
    await expect(transport.check()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(transport.publish([testEnvelope({ id: 'm' })])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    // Each says that it is NATS, and where.
    await eventually(() => expect(errors.length).toBeGreaterThan(2));
    for (const error of errors) expect(error).toMatch(`NATS at \`${server.place}\``);
    await server.start();
    await eventually(() => transport.publish([testEnvelope({ id: 'm' })]));
    await eventually(() => expect(ids).toContain('m'));
    await transport.check();
  });

  it.each([
    { what: 'is gone without a word', fail: (wire: Wire) => wire.cut() },
    { what: 'has stopped, and neither answers nor is gone', fail: silenceAll },
  ])('lets another instance read where the one that reads $what', async ({ fail }) => {
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
  });
});

type Manager = Awaited<ReturnType<Awaited<ReturnType<typeof loadDriver>>['jetstreamManager']>>;

/** Lets nothing through, over new connections either. */
function silenceAll(wire: Wire): void {
  wire.silence();
  wire.silenceNew();
}
