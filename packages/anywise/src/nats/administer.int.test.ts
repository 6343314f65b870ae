import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TopologyReport } from '../core/ports/topology.js';
import { startNats, whyNoNats, type NatsServer } from '../test-support/nats-server.js';
import { testEnvelope } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import { natsTopology } from './administer.js';
import { natsTransport } from './transport.js';

const reason = whyNoNats();
const describeNats = reason === undefined ? describe : describe.skip;

const services = [{ name: 'orders', types: ['payments.created'] }];
const statesOf = ({ parts }: TopologyReport): readonly string[] => parts.map(({ name, state }) => `${name} ${state}`);

describeNats(`what NATS has for services${reason === undefined ? '' : ` (${reason})`}`, () => {
  let server: NatsServer;

  beforeAll(async () => {
    server = await startNats([
      'accounts: { shop: { jetstream: enabled, users: [',
      '  { user: admin, password: s3cret },',
      '  { user: visitor, password: s3cret, permissions: { publish: ["$JS.API.STREAM.INFO.>"], subscribe: ["_INBOX.>"] } },',
      '  { user: nobody, password: s3cret, permissions: { publish: ["other"], subscribe: ["_INBOX.>"] } } ] } }',
    ]);
  });
  afterAll(async () => server[Symbol.asyncDispose]());

  const connection = (user = 'admin') => ({ servers: server.place, user, password: 's3cret' });

  it('is looked at without making anything', async () => {
    const topology = natsTopology({ ...connection(), prefix: 'looked' });
    const first = await topology.look(services);
    expect(statesOf(first)).toEqual(['looked missing', 'looked-positions missing']);
    expect(first.commands).toEqual([
      expect.stringContaining("nats stream add looked --subjects 'looked.event.>,looked.command.>'"),
      expect.stringContaining('nats stream add looked-positions'),
    ]);
    expect(first.notes).toEqual([
      expect.stringMatching(/`orders` keeps its position as `looked\.position\.orders\.\w{8}`/),
    ]);
    expect(await topology.look(services)).toEqual(first);
  });

  it('is made once, and then enough for services that may make nothing', async () => {
    const topology = natsTopology({ ...connection(), prefix: 'applied', retentionMs: 60_000 });
    expect(statesOf(await topology.apply(services))).toEqual(['applied made', 'applied-positions made']);
    const again = await topology.apply(services);
    expect(statesOf(again)).toEqual(['applied present', 'applied-positions present']);
    expect(again).toMatchObject({ commands: [], parts: [{ settings: { maxAge: '60s', storage: 'file' } }, {}] });

    const transport = natsTransport({ ...connection(), prefix: 'applied', manage: false });
    await expect(transport.check()).resolves.toBeUndefined();
    await transport.close();
  });

  it('is made by one of two that do it at the same time', async () => {
    const topology = natsTopology({ ...connection(), prefix: 'twice' });
    const reports = await Promise.all([topology.apply(services), topology.apply(services)]);
    for (const { parts } of reports) {
      for (const { state } of parts) expect(['made', 'present']).toContain(state);
    }
    expect(statesOf(await topology.look(services))).toEqual(['twice present', 'twice-positions present']);
  });

  it('is told of, and not changed, where it cannot serve', async () => {
    const client = await connect({ servers: server.place, user: 'admin', pass: 's3cret' });
    const manager = await jetstreamManager(client);
    await manager.streams.add({ name: 'odd', subjects: ['odd.event.>'], discard: 'old', retention: 'interest' });
    const before = (await manager.streams.info('odd')).config;
    const { parts, commands } = await natsTopology({ ...connection(), prefix: 'odd' }).apply(services);
    expect(parts).toMatchObject([
      {
        name: 'odd',
        state: 'different',
        problems: [
          'it lacks the subjects `odd.command.>`',
          'its retention is `interest` instead of `limits`',
          'its discard policy is `old` instead of `new`',
          expect.stringContaining('direct access'),
        ],
      },
      { name: 'odd-positions', state: 'made' },
    ]);
    expect(commands).toEqual([]);
    expect((await manager.streams.info('odd')).config).toEqual(before);
    await client.close();
  });

  it('is unused where no instance reads any version, with what came since', async () => {
    const transports = ['orders', 'mail'].map(() => natsTransport({ ...connection(), prefix: 'idle' }));
    const [orders, mail] = transports as [(typeof transports)[0], (typeof transports)[0]];
    const received: string[] = [];
    for (const [consumer, transport] of [
      ['orders', orders],
      ['mail.er', mail],
    ] as const) {
      await transport.subscribe({ consumer, types: ['payments.created'], onError: () => undefined }, async (batch) => {
        for (const one of batch) if ('envelope' in one) received.push(`${consumer} ${one.envelope.id}`);
      });
    }
    await orders.publish([testEnvelope({ id: 'a', type: 'payments.created' })]);
    await eventually(() => expect([...received].sort()).toEqual(['mail.er a', 'orders a']));
    await mail.close();
    await orders.publish(['b', 'c'].map((id) => testEnvelope({ id, type: 'payments.created' })));

    const topology = natsTopology({ ...connection(), prefix: 'idle' });
    const { unused, notes } = await topology.unused([]);
    const name: unknown = expect.stringMatching(/^idle\.position\.mail=2eer\.\w{8}$/);
    expect(unused).toEqual([{ kind: 'position', name, service: 'mail=2eer', waiting: 2, command: expect.any(String) }]);
    expect(unused[0]?.command).toBe(`nats stream purge idle-positions --subject '${unused[0]?.name}'`);
    expect(notes).toHaveLength(1);
    const looked = await topology.look([{ name: 'mail.er', types: ['payments.created'] }]);
    expect(looked.notes.join()).toContain(`\`${unused[0]?.name}\``);

    await orders.close();
    expect((await topology.unused([])).unused).toHaveLength(2);
  });

  it('is not unused where there is nothing', async () => {
    expect(await natsTopology({ ...connection(), prefix: 'empty' }).unused([])).toMatchObject({
      unused: [],
      notes: [],
    });
  });

  it('cannot be made by a user who may only look, which is told with the commands', async () => {
    const report = await natsTopology({ ...connection('visitor'), prefix: 'visited' }).apply(services);
    expect(statesOf(report)).toEqual(['visited missing', 'visited-positions missing']);
    for (const { problems } of report.parts) {
      expect(problems).toEqual([expect.stringContaining('$JS.API.STREAM.CREATE.visited')]);
    }
    expect(report.commands).toHaveLength(2);
  });

  it('cannot be looked at by a user who may not', async () => {
    const topology = natsTopology({ ...connection('nobody'), prefix: 'secret' });
    for (const call of [() => topology.look(services), () => topology.apply(services), () => topology.unused([])]) {
      await expect(call()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false });
    }
  });
});
