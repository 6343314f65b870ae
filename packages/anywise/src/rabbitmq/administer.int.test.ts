import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TopologyReport } from '../core/ports/topology.js';
import { startRabbitmq, whyNoRabbitmq, type RabbitmqServer } from '../test-support/rabbitmq-server.js';
import { testEnvelope } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import { rabbitmqTopology } from './administer.js';
import { rabbitmqTransport } from './transport.js';

const reason = whyNoRabbitmq();
const describeRabbitmq = reason === undefined ? describe : describe.skip;

const services = [
  { name: 'orders', types: ['payments.created'] },
  { name: 'reports', types: [] },
];
const statesOf = ({ parts }: TopologyReport): readonly string[] => {
  return parts.map(({ kind, name, state }) => `${kind} ${name} ${state}`);
};
const partsOf = (prefix: string, states: { exchanges: string; queue: string; bindings: string }): readonly string[] => [
  `exchange ${prefix} ${states.exchanges}`,
  `exchange ${prefix}.ask ${states.exchanges}`,
  `queue ${prefix}.orders ${states.queue}`,
  `binding event.payments.created ${states.bindings}`,
  `binding command.payments.created ${states.bindings}`,
  `binding command.orders.# ${states.bindings}`,
  `binding joined.orders ${states.bindings}`,
];

describeRabbitmq(`what RabbitMQ has for services${reason === undefined ? '' : ` (${reason})`}`, () => {
  let server: RabbitmqServer;

  beforeAll(async () => {
    server = await startRabbitmq({
      users: [
        { name: 'visitor', password: 's3cret', configure: '^$', write: '.*', read: '.*' },
        { name: 'reader', password: 's3cret', configure: '^$', write: '^$', read: '.*' },
      ],
    });
  }, 180_000);
  afterAll(async () => server[Symbol.asyncDispose]());

  const connection = () => ({ servers: server.place });
  const visitor = () => ({ ...connection(), user: 'visitor', password: 's3cret' });

  async function bindingsOf(queue: string): Promise<readonly string[]> {
    const lines = (await server.ctl(['list_bindings', 'source_name', 'routing_key', 'destination_name'])).split('\n');
    return lines
      .map((line) => line.split('\t'))
      .filter(([source, , destination]) => source !== '' && destination === queue)
      .map(([, key = '']) => key)
      .sort();
  }
  const keys = ['command.orders.#', 'command.payments.created', 'event.payments.created', 'joined.orders'];

  it('is looked at without making anything, and made by the command that is given', async () => {
    const topology = rabbitmqTopology({ ...connection(), prefix: 'looked' });
    const first = await topology.look(services);
    expect(statesOf(first)).toEqual(partsOf('looked', { exchanges: 'missing', queue: 'missing', bindings: 'missing' }));
    expect(first.notes).toEqual(['`reports` listens to nothing, and needs no queue.']);
    expect(await topology.look(services)).toEqual(first);

    const [, definitions = ''] = /^echo '(.*)' \| rabbitmqctl import_definitions$/.exec(first.commands.join()) ?? [];
    await server.ctl(['import_definitions'], definitions);
    const then = await topology.look(services);
    expect(statesOf(then)).toEqual(partsOf('looked', { exchanges: 'present', queue: 'present', bindings: 'unknown' }));
    expect(then.commands).toEqual([]);
    expect(then.notes).toContainEqual(expect.stringContaining('rabbitmqctl list_bindings source_name'));
    expect(await bindingsOf('looked.orders')).toEqual(keys);
  });

  it('is made once, and keeps what is published before its service has started', async () => {
    const topology = rabbitmqTopology({ ...connection(), prefix: 'applied' });
    expect(statesOf(await topology.apply(services))).toEqual(
      partsOf('applied', { exchanges: 'made', queue: 'made', bindings: 'made' }),
    );
    expect(await bindingsOf('applied.orders')).toEqual(keys);
    expect(statesOf(await topology.apply(services))).toEqual(
      partsOf('applied', { exchanges: 'present', queue: 'present', bindings: 'present' }),
    );

    const transport = rabbitmqTransport({ ...visitor(), prefix: 'applied', manage: false });
    await transport.publish([testEnvelope({ id: 'early', type: 'payments.created' })]);
    const ids: string[] = [];
    await transport.subscribe(
      { consumer: 'orders', types: ['payments.created'], onError: () => undefined },
      async (batch) => {
        for (const one of batch) if ('envelope' in one) ids.push(one.envelope.id);
      },
    );
    await eventually(() => expect(ids).toEqual(['early']));
    await transport.close();
  });

  it('gets the binding that a service has learned to need', async () => {
    const topology = rabbitmqTopology({ ...connection(), prefix: 'grown' });
    await topology.apply(services);
    await topology.apply([{ name: 'orders', types: ['payments.created', 'mail.sent'] }]);
    expect(await bindingsOf('grown.orders')).toEqual([...keys, 'command.mail.sent', 'event.mail.sent'].sort());
  });

  it('is told of, and not changed, where it cannot serve', async () => {
    const queue = { name: 'odd.orders', vhost: '/', durable: true, auto_delete: false, arguments: {} };
    const exchange = { name: 'odd', vhost: '/', type: 'fanout', durable: true, auto_delete: false, internal: false };
    const definitions = { queues: [queue], exchanges: [{ ...exchange, arguments: {} }] };
    await server.ctl(['import_definitions'], JSON.stringify(definitions));
    const { parts, commands } = await rabbitmqTopology({ ...connection(), prefix: 'odd' }).apply(services);
    expect(parts.slice(0, 3)).toMatchObject([
      { name: 'odd', state: 'different', problems: [expect.stringContaining("inequivalent arg 'type'")] },
      { name: 'odd.ask', state: 'made' },
      {
        name: 'odd.orders',
        state: 'different',
        problems: [expect.stringContaining('inequivalent arg')],
      },
    ]);
    expect(commands).toEqual([expect.stringContaining('rabbitmqctl import_definitions')]);
    expect(await bindingsOf('odd.orders')).toEqual([]);
  });

  it('is unused where a queue has no consumer, with its length', async () => {
    const topology = rabbitmqTopology({ ...connection(), prefix: 'idle' });
    await topology.apply([...services, { name: 'mail', types: ['payments.created'] }]);
    const transport = rabbitmqTransport({ ...connection(), prefix: 'idle' });
    await transport.subscribe(
      { consumer: 'orders', types: ['payments.created'], onError: () => undefined },
      async () => undefined,
    );
    await transport.publish(['a', 'b'].map((id) => testEnvelope({ id, type: 'payments.created' })));
    // A quorum queue tells its length a moment later.
    await eventually(async () => {
      const { unused, notes } = await topology.unused(['orders', 'mail', 'never', 'mail']);
      expect(unused).toEqual([
        {
          kind: 'queue',
          name: 'idle.mail',
          service: 'mail',
          waiting: 2,
          command: 'rabbitmqctl delete_queue idle.mail',
        },
      ]);
      expect(notes).toEqual([
        'Looked at `idle.orders`, `idle.mail`, `idle.never`. RabbitMQ lists its queues only to an administrator: `rabbitmqctl list_queues name messages consumers`.',
      ]);
    });
    await transport.close();
  });

  it('cannot be bound by a user who may not write to the queue, which is told with the command', async () => {
    await rabbitmqTopology({ ...connection(), prefix: 'bound' }).apply(services);
    const reader = { ...connection(), user: 'reader', password: 's3cret', prefix: 'bound' };
    const report = await rabbitmqTopology(reader).apply(services);
    expect(statesOf(report)).toEqual(partsOf('bound', { exchanges: 'present', queue: 'present', bindings: 'unknown' }));
    expect(report.parts[2]?.problems).toContainEqual(expect.stringContaining('it cannot be bound ('));
    expect(report.commands).toEqual([expect.stringContaining('event.payments.created')]);
  });

  it('cannot be made by a user who may only look, which is told with the command', async () => {
    const report = await rabbitmqTopology({ ...visitor(), prefix: 'visited' }).apply(services);
    expect(statesOf(report)).toEqual(
      partsOf('visited', { exchanges: 'missing', queue: 'missing', bindings: 'missing' }),
    );
    expect(report.parts[0]?.problems).toEqual([expect.stringContaining('ACCESS_REFUSED')]);
    expect(report.commands).toHaveLength(1);

    await rabbitmqTopology({ ...connection(), prefix: 'visited' }).apply(services);
    const then = await rabbitmqTopology({ ...visitor(), prefix: 'visited' }).look(services);
    expect(then.parts[2]).toMatchObject({ state: 'present', problems: [expect.stringContaining('not compared')] });
  });
});
