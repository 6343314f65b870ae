import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Anywise, type Transport } from 'anywise';
import { eventually, testEnvelope } from 'anywise/testing';
import { durable, startRedis, whyNoRedis, type RedisServer } from './test-support/redis-server.js';
import { redisTransport, type RedisTransportOptions } from './transport.js';

const reason = whyNoRedis();
const describeRedis = reason === undefined ? describe : describe.skip;
const note = reason === undefined ? '' : ` (${reason})`;

const open: Transport[] = [];
afterAll(async () => {
  await Promise.all(open.map((transport) => transport.close()));
});

function connect(options: RedisTransportOptions): Transport {
  const transport = redisTransport(options);
  open.push(transport);
  return transport;
}

const newPrefix = (): string => `test-${randomUUID()}`;

const subscription = { consumer: 'orders', types: ['test.happened'], onError: () => undefined };

/** Subscribes as a service, and notes what it gets. */
async function receive(transport: Transport) {
  const [ids, unreadable, errors]: [string[], string[], string[]] = [[], [], []];
  const onError = (error: unknown): number => errors.push(String(error));
  await transport.subscribe({ ...subscription, onError }, async (batch) => {
    for (const one of batch) {
      if ('envelope' in one) ids.push(one.envelope.id);
      else unreadable.push(one.unreadable);
    }
  });
  return { ids, unreadable, errors };
}

it.each<[string, object]>([
  ['`url`', { url: 'http://127.0.0.1' }],
  ['`prefix`', { prefix: 'a b' }],
  ['`durable`', { durable: 'yes' }],
  ['`retentionMs`', { retentionMs: 0 }],
  ['`maxMessageBytes`', { maxMessageBytes: 1 }],
])('refuses an option that it cannot use: %s', (option, options) => {
  expect(() => redisTransport(options)).toThrow(option);
});

describeRedis(`a Redis server that is not as it should be${note}`, () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis(durable);
  });
  afterAll(async () => server[Symbol.asyncDispose]());

  it('that cannot be reached is an error that names its place, and no password', async () => {
    const check = connect({ url: 'redis://ada:s3cret@127.0.0.1:9' }).check();
    await expect(check).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    await expect(check).rejects.toThrow(/`127\.0\.0\.1:9`.*ECONNREFUSED/);
    await expect(check).rejects.not.toThrow('s3cret');
  });

  it('that refuses the user says so', async () => {
    const url = server.url.replace('//', '//ada:s3cret@');
    await expect(connect({ url }).check()).rejects.toThrow(/refuses the user \(WRONGPASS/);
  });

  it.each<{ what: string; user: string; options?: RedisTransportOptions }>([
    { what: 'refuses the user', user: 'ada:s3cret@' },
    { what: 'forgets what it confirmed', user: '', options: { durable: true } },
  ])('that $what stops the start of a bus, as waiting does not help', async ({ user, options }) => {
    await using strict = await startRedis();
    const transport = connect({ url: strict.url.replace('//', `//${user}`), prefix: newPrefix(), ...options });
    const quiet = (): void => undefined;
    const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
    const bus = new Anywise({ name: 'orders', registries: [], transport, logger });
    const started = bus.start();
    await expect(started).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false });
    await expect(started).rejects.not.toThrow('s3cret');
    await bus.stop();
  });

  it('that forgets what it confirmed is refused if messages must be durable', async () => {
    await using forgetful = await startRedis(['--appendonly', 'yes']);
    const refused = connect({ url: forgetful.url, durable: true });
    await expect(refused.check()).rejects.toThrow(
      'has `appendfsync everysec`, and `durable` needs `appendfsync always`',
    );
    await expect(refused.publish([testEnvelope()])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await connect({ url: forgetful.url }).check();
  });

  it.each([
    { lacks: 'may not read', rights: ['-xrange', '-hget'], named: '`xrange`, `hget`' },
    { lacks: 'has another prefix', rights: ['resetkeys', '~other:*'], named: 'NOPERM.*keys' },
    { lacks: 'may not ring the bell', rights: ['resetchannels', '&other'], named: '`publish`|NOPERM' },
    { lacks: 'may not run scripts', rights: ['-eval'], named: 'NOPERM' },
  ])('that does not give the user all rights says which at the start, if it $lacks', async ({ rights, named }) => {
    const [user, prefix] = [`user-${randomUUID()}`, newPrefix()];
    const all = ['+@all', '-@dangerous', '+info', `~${prefix}:*`, `&${prefix}:*`];
    const change = (...rules: readonly string[]) =>
      server.withClient((client) => client.acl('SETUSER', user, 'on', 'nopass', ...rules));
    await change(...all);
    const url = server.url.replace('//', `//${user}:any@`);
    await connect({ url, prefix }).check();
    await change(...rights);
    const check = connect({ url, prefix }).check();
    await expect(check).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false });
    await expect(check).rejects.toThrow(new RegExp(named));
    expect(await server.withClient((client) => client.keys(`${prefix}:rights:*`))).toEqual([]);
  });

  it('whose user has the rights that the error names can be used', async () => {
    const [user, prefix] = [`user-${randomUUID()}`, newPrefix()];
    const url = server.url.replace('//', `//${user}:any@`);
    const rules = ['on', 'nopass', '+eval', '+client', '+info', '+subscribe', `~${prefix}:*`, `&${prefix}:*`];
    await server.withClient((client) => client.acl('SETUSER', user, ...rules));
    const check = connect({ url, prefix }).check();
    await expect(check).rejects.toThrow('ACL SETUSER');
    const [, advised = ''] = /ACL SETUSER <user> ([^`]*)`/.exec(String(await check.catch(String))) ?? [];
    await server.withClient((client) => client.acl('SETUSER', user, 'reset', 'on', 'nopass', ...advised.split(' ')));
    const transport = connect({ url, prefix });
    const { ids, errors } = await receive(transport);
    await transport.publish([testEnvelope({ id: 'm' })]);
    await eventually(() => expect(ids).toEqual(['m']));
    await transport.check();
    await transport.close();
    expect(errors).toEqual([]);
  });

  it('that does not tell its settings is believed', async () => {
    await server.withClient((client) => client.acl('SETUSER', 'guest', 'on', 'nopass', '~*', '&*', '+@all', '-config'));
    await connect({ url: server.url.replace('//', '//guest:any@'), durable: true }).check();
  });

  it('whose memory is full takes none of what is published, and still gives what it has', async () => {
    await using full = await startRedis(durable);
    const prefix = newPrefix();
    const transport = connect({ url: full.url, prefix });
    const first = await transport.subscribe(subscription, async () => undefined);
    await first.close();
    await transport.publish([testEnvelope({ id: 'before' })]);
    await full.withClient((client) => client.config('SET', 'maxmemory', '1'));
    const publish = () => transport.publish([testEnvelope({ id: 'm1' }), testEnvelope({ id: 'm2' })]);
    await expect(publish()).rejects.toThrow('Raise `maxmemory`');
    const { ids } = await receive(transport);
    await eventually(() => expect(ids).toEqual(['before']));
    await full.withClient((client) => client.config('SET', 'maxmemory', '0'));
    expect(await publish()).toEqual([undefined, undefined]);
    await eventually(() => expect(ids).toEqual(['before', 'm1', 'm2']));
  });

  it('that is away comes back to the same transport', async () => {
    await using away = await startRedis(durable);
    const transport = connect({ url: away.url, prefix: newPrefix(), durable: true });
    const { ids, errors } = await receive(transport);
    await away.kill();
    await expect(transport.check()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(transport.publish([testEnvelope({ id: 'm' })])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await eventually(() => expect(errors.length).toBeGreaterThan(0));
    await away.start();
    await eventually(() => transport.publish([testEnvelope({ id: 'm' })]));
    await eventually(() => expect(ids).toContain('m'));
  });

  it('that freezes is given up, and used again once it resumes', async () => {
    await using still = await startRedis(durable);
    const transport = connect({ url: still.url, prefix: newPrefix() });
    const { ids } = await receive(transport);
    still.signal('SIGSTOP');
    await expect(transport.publish([testEnvelope({ id: 'm1' })])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    still.signal('SIGCONT');
    await eventually(() => transport.publish([testEnvelope({ id: 'm2' })]));
    await eventually(() => expect(ids).toContain('m2'));
  });

  it('that has lost everything is read from the beginning', async () => {
    const transport = connect({ url: server.url, prefix: newPrefix() });
    const { ids } = await receive(transport);
    await transport.publish([testEnvelope({ id: 'before' })]);
    await eventually(() => expect(ids).toEqual(['before']));
    await server.withClient((client) => client.flushall());
    await transport.publish([testEnvelope({ id: 'after' })]);
    await eventually(() => expect(ids).toEqual(['before', 'after']));
  });
});

describeRedis(`an instance that reads${note}`, () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => server[Symbol.asyncDispose]());

  it('leaves its batch to another when it is killed', async () => {
    const prefix = newPrefix();
    const transport = connect({ url: server.url, prefix });
    await transport.publish([testEnvelope({ id: 'm1' })]);
    const args = ['--import', import.meta.resolve('tsx'), '--conditions=@anywise/source'];
    const file = fileURLToPath(new URL('test-support/stuck-consumer.ts', import.meta.url));
    const child = spawn(process.execPath, [...args, file, server.url, prefix], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const { ids } = await receive(transport);
    await transport.publish([testEnvelope({ id: 'm2' })]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await eventually(() => expect(ids).toEqual(['m1', 'm2']));
  });

  it('reads on while a batch takes longer than its lease', async () => {
    const prefix = newPrefix();
    const [slow, other] = [connect({ url: server.url, prefix }), connect({ url: server.url, prefix })];
    const ids: string[] = [];
    let end = (): void => undefined;
    await slow.subscribe(subscription, async (batch) => {
      ids.push(...batch.map((one) => ('envelope' in one ? one.envelope.id : one.unreadable)));
      await new Promise<void>((resolve) => (end = resolve));
    });
    await slow.publish([testEnvelope({ id: 'm1' })]);
    await eventually(() => expect(ids).toEqual(['m1']));
    const { ids: othersIds } = await receive(other);
    const readingFor = async (): Promise<number> =>
      server.withClient(async (client) => {
        const [lease = ''] = await client.keys(`${prefix}:reader:*`);
        return client.pttl(lease);
      });
    const seen: number[] = [];
    // Of a lease of six seconds, each third is renewed: thrice means that it would have ended.
    await eventually(async () => {
      const left = await readingFor();
      if (left > (seen.at(-1) ?? 0)) seen.push(left);
      else if (seen.length > 0) seen[seen.length - 1] = left;
      expect(seen.length).toBeGreaterThan(4);
    });
    expect(othersIds).toEqual([]);
    end();
    await eventually(() => slow.publish([testEnvelope({ id: 'm2' })]));
    await eventually(() => expect(ids).toEqual(['m1', 'm2']));
    end();
  });
});

describeRedis(`what a stranger wrote into the log${note}`, () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(async () => server[Symbol.asyncDispose]());

  const json = JSON.stringify(testEnvelope({ id: 'm1' }));
  const other = JSON.stringify(testEnvelope({ id: 'm1', type: 'test.other' }));

  it.each<{ what: string; fields: (string | Buffer)[]; ids?: string[]; unreadable?: string[] }>([
    { what: 'other fields', fields: ['foo', 'bar', 'n', '1'], unreadable: ['foo bar n 1'] },
    { what: 'bytes that are no text', fields: ['envelope', Buffer.of(255)], unreadable: ['data:;base64,/w=='] },
    { what: 'an envelope without the fields beside it', fields: ['envelope', json], ids: ['m1'] },
    { what: 'an envelope for others without them', fields: ['envelope', other] },
    { what: 'what is for others', fields: ['kind', 'event', 'type', 'test.other', 'envelope', '{'] },
    { what: 'no value', fields: ['kind', 'event', 'type', 'test.happened', 'envelope', ''], unreadable: [''] },
  ])('is unreadable or an envelope, and what comes behind it arrives: $what', async ({ fields, ids, unreadable }) => {
    const prefix = newPrefix();
    const transport = connect({ url: server.url, prefix });
    const got = await receive(transport);
    await server.withClient((client) => client.xadd(`${prefix}:log`, '*', ...fields));
    await transport.publish([testEnvelope({ id: 'behind' })]);
    await eventually(() => expect(got.ids).toContain('behind'));
    expect(got).toMatchObject({ ids: [...(ids ?? []), 'behind'], unreadable: unreadable ?? [] });
  });
});

describeRedis(`what is older than it is kept${note}`, () => {
  it.each([
    { what: 'stays while it is not', retentionMs: 60_000, left: 3 },
    { what: 'goes with the next that is published', retentionMs: 1_000, left: 2 },
  ])('$what', async ({ retentionMs, left }) => {
    // The server deletes whole nodes of the stream.
    await using server = await startRedis(['--stream-node-max-entries', '1']);
    await server.withClient((client) => client.xadd('anywise:log', `${Date.now() - 30_000}-0`, 'foo', 'bar'));
    const transport = connect({ url: server.url, retentionMs });
    await transport.publish([testEnvelope(), testEnvelope()]);
    expect(await server.withClient((client) => client.xlen('anywise:log'))).toBe(left);
  });
});
