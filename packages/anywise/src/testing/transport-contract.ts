import assert from 'node:assert/strict';
import type { Envelope } from '../envelope.js';
import type { Delivery, Subscription, Transport, TransportCapabilities } from '../transport.js';
import type { ContractCase } from './case.js';
import { testEnvelope } from './envelopes.js';
import { eventually } from './eventually.js';
import { same } from './same.js';

/** A transport under test. `connect` gives a further connection to the same broker, as another process would have. */
export interface TransportFixture {
  readonly connect: () => Transport;
}

type TransportCase = ContractCase<TransportFixture, keyof TransportCapabilities>;

interface Consumer {
  readonly ids: string[];
  readonly subscription: Subscription;
}

/** Subscribes and notes what comes; `receive` may fail or wait. */
async function consume(
  transport: Transport,
  {
    consumer = 'consumer',
    types = ['test.happened'],
    receive = async () => undefined,
  }: {
    consumer?: string;
    types?: readonly string[];
    receive?: (envelopes: readonly Envelope[]) => Promise<unknown>;
  } = {},
): Promise<Consumer> {
  const ids: string[] = [];
  const subscription = await transport.subscribe({ consumer, types, onError: () => undefined }, async (batch) => {
    const envelopes = batch.map(envelopeOf);
    await receive(envelopes);
    ids.push(...envelopes.map(({ id }) => id));
  });
  return { ids, subscription };
}

function envelopeOf(delivery: Delivery): Envelope {
  assert.ok('envelope' in delivery, 'an envelope could not be read');
  return delivery.envelope;
}

function numbered(count: number, change: (n: number) => Partial<Envelope> = () => ({})): Envelope[] {
  return Array.from({ length: count }, (_, n) => testEnvelope({ id: `m${n}`, ...change(n) }));
}

async function withTransports<T>(
  { connect }: TransportFixture,
  count: number,
  work: (...transports: Transport[]) => Promise<T>,
): Promise<T> {
  const transports = Array.from({ length: count }, connect);
  try {
    return await work(...transports);
  } finally {
    await Promise.all(transports.map(async (transport) => transport.close()));
  }
}

/** Every promise of a transport. */
export const transportContract: readonly TransportCase[] = [
  {
    id: 'publish-subscribe',
    behaviour: 'brings every envelope to the consumer, unchanged',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const received: Envelope[] = [];
        await consume(receiver, { receive: async (batch) => received.push(...batch) });
        const sent = numbered(100, (n) => ({ subject: `entity-${n}`, data: { n, text: 'žluť \u0000 🚀 "quoted"' } }));
        same(
          await publisher.publish(sent),
          sent.map(() => undefined),
        );
        await eventually(() => assert.equal(received.length, 100));
        same(received, sent);
      }),
  },
  {
    id: 'types-apart',
    behaviour: 'delivers only the types that were subscribed to',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const { ids } = await consume(receiver, { types: ['test.wanted', 'test.wanted-too'] });
        await publisher.publish([
          testEnvelope({ id: 'no', type: 'test.unwanted' }),
          testEnvelope({ id: 'one', type: 'test.wanted' }),
          testEnvelope({ id: 'two', type: 'test.wanted-too' }),
        ]);
        await eventually(() => same(ids, ['one', 'two']));
      }),
  },
  {
    id: 'consumers-apart',
    behaviour: 'gives each service every message',
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, one, two) => {
        const first = await consume(one, { consumer: 'one' });
        const second = await consume(two, { consumer: 'two' });
        await publisher.publish(numbered(50));
        await eventually(() => same([first.ids.length, second.ids.length], [50, 50]));
      }),
  },
  {
    id: 'order',
    behaviour: 'keeps the order in which one publisher published',
    needs: ['ordered'],
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const { ids } = await consume(receiver);
        const sent = numbered(1000);
        for (let from = 0; from < sent.length; from += 100) await publisher.publish(sent.slice(from, from + 100));
        await eventually(() => assert.equal(ids.length, 1000));
        same(
          ids,
          sent.map(({ id }) => id),
        );
      }),
  },
  {
    id: 'redelivery',
    behaviour: 'delivers a batch again when receiving it failed, and loses none',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        let failures = 2;
        const { ids } = await consume(receiver, {
          receive: async () => {
            if (failures-- > 0) throw new Error('not now');
          },
        });
        await publisher.publish(numbered(20));
        await eventually(() => assert.equal(new Set(ids).size, 20));
        assert.ok(failures < 0);
      }),
  },
  {
    id: 'back-pressure',
    behaviour: 'hands over nothing more while a batch is being received',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        let open = 0;
        let most = 0;
        const { ids } = await consume(receiver, {
          receive: async () => {
            most = Math.max(most, ++open);
            await new Promise(setImmediate);
            open--;
          },
        });
        for (const envelope of numbered(30)) await publisher.publish([envelope]);
        await eventually(() => assert.equal(ids.length, 30));
        assert.equal(most, 1);
      }),
  },
  {
    id: 'late-consumer',
    behaviour: 'gives a consumer that subscribes for the first time what is still kept',
    needs: ['history'],
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        await publisher.publish(numbered(10));
        const { ids } = await consume(receiver);
        await eventually(() => assert.equal(ids.length, 10));
      }),
  },
  {
    id: 'resume',
    behaviour: 'goes on where the service stopped, and loses nothing that was published in between',
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, before, after) => {
        const first = await consume(before);
        await publisher.publish(numbered(5));
        await eventually(() => assert.equal(first.ids.length, 5));
        await before.close();
        await publisher.publish(numbered(5, (n) => ({ id: `later${n}` })));
        const second = await consume(after);
        await eventually(() => assert.ok(second.ids.includes('later4')));
        same(second.ids.slice(-5), ['later0', 'later1', 'later2', 'later3', 'later4']);
        assert.equal(first.ids.length, 5);
      }),
  },
  {
    id: 'close-waits',
    behaviour: 'finishes the batch in hand before a subscription is closed, and takes no more',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        let letGo = (): void => undefined;
        const held = new Promise<void>((resolve) => (letGo = resolve));
        let began = false;
        const { ids, subscription } = await consume(receiver, {
          receive: async () => {
            began = true;
            await held;
          },
        });
        await publisher.publish([testEnvelope({ id: 'first' })]);
        await eventually(() => assert.ok(began));
        const closed = subscription.close();
        await publisher.publish([testEnvelope({ id: 'second' })]);
        letGo();
        await closed;
        same(ids, ['first']);
      }),
  },
  {
    id: 'close-twice',
    behaviour: 'can be closed twice, and with a subscription open',
    run: (fixture) =>
      withTransports(fixture, 1, async (transport) => {
        const { subscription } = await consume(transport);
        await transport.close();
        await transport.close();
        await subscription.close();
      }),
  },
  {
    id: 'instances-share',
    behaviour: 'gives a message to the service and not to each of its instances in turn, once acknowledged',
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, one, two) => {
        const first = await consume(one, { consumer: 'service' });
        await publisher.publish(numbered(10));
        await eventually(() => assert.equal(first.ids.length, 10));
        const second = await consume(two, { consumer: 'service' });
        await publisher.publish([testEnvelope({ id: 'last' })]);
        await eventually(() => assert.ok([...first.ids, ...second.ids].includes('last')));
        assert.ok(!second.ids.includes('m0'));
      }),
  },
  {
    id: 'rolling-deployment',
    behaviour: 'gives a new version of a service what only it listens to, while an old version still runs',
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, old, next) => {
        const before = await consume(old, { consumer: 'service', types: ['test.happened'] });
        await publisher.publish([testEnvelope({ id: 'first' })]);
        await eventually(() => same(before.ids, ['first']));
        const after = await consume(next, { consumer: 'service', types: ['test.happened', 'test.new'] });
        await publisher.publish([testEnvelope({ id: 'new', type: 'test.new' }), testEnvelope({ id: 'second' })]);
        await eventually(() => assert.ok(after.ids.includes('new')));
        await eventually(() => assert.ok([...before.ids, ...after.ids].includes('second')));
      }),
  },
  {
    id: 'check',
    behaviour: 'says that it can be used',
    run: (fixture) => withTransports(fixture, 1, async (transport) => transport.check()),
  },
];
