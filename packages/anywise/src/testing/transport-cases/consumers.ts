import assert from 'node:assert/strict';
import type { Envelope } from '../../core/message/envelope.js';
import { testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { TransportCase } from '../transport-case.js';
import { consume, hasAll, idsOf, numbered, publish, sameOnce, withTransports } from './steps.js';

/** Which service gets which messages, and from when on. */
export const consumerCases: readonly TransportCase[] = [
  {
    id: 'types-apart',
    behaviour: 'delivers only the subscribed types',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const { ids } = await consume(receiver, { types: ['test.wanted', 'test.wanted-too'] });
        await publish(publisher, [
          testEnvelope({ id: 'no', type: 'test.unwanted' }),
          testEnvelope({ id: 'one', type: 'test.wanted' }),
          testEnvelope({ id: 'longer', type: 'test.wanted.not' }),
          testEnvelope({ id: 'two', type: 'test.wanted-too' }),
        ]);
        await eventually(() => sameOnce(ids, ['one', 'two']));
      }),
  },
  {
    id: 'addressed',
    behaviour: 'hands a consumer the commands for it even where it does not know their types, and no others',
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, one, two) => {
        const orders = await consume(one, { consumer: 'orders', types: ['test.last'] });
        const percent = await consume(two, { consumer: 'o%', types: ['test.last'] });
        const to = (id: string, type: string, kind: Envelope['kind'] = 'command') => testEnvelope({ id, type, kind });
        await publish(publisher, [
          to('newer', 'orders.place-newer'),
          to('longer', 'orders-too.place'),
          to('other', 'payments.pay'),
          to('within', 'payments.orders.place'),
          to('event', 'orders.placed', 'event'),
          to('last', 'test.last', 'event'),
        ]);
        await eventually(() => {
          sameOnce(orders.ids, ['newer', 'last']);
          sameOnce(percent.ids, ['last']);
        });
      }),
  },
  {
    id: 'lag',
    behaviour: 'counts what waits for a consumer, the batch in hand included, up to a limit, if it counts at all',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        let letGo: () => void = () => undefined;
        const released = new Promise<void>((resolve) => (letGo = resolve));
        let began = false;
        const options = { consumer: 'slow', types: ['test.wanted'], onError: () => undefined };
        const subscription = await receiver.subscribe(options, async () => {
          began = true;
          await released;
        });
        const lag = subscription.lag?.bind(subscription);
        if (lag === undefined) return;
        try {
          await eventually(async () => same(await lag(10), { count: 0, isMore: false }));
          await publish(publisher, [testEnvelope({ id: 'first', type: 'test.wanted' })]);
          await eventually(() => assert.ok(began));
          const wanted = numbered(4, () => ({ type: 'test.wanted' }));
          await publish(publisher, [testEnvelope({ id: 'other', type: 'test.unwanted' }), ...wanted]);
          await eventually(async () => {
            const { count, isMore } = await lag(10);
            // Some brokers cannot tell whose the other one is.
            same([count === 5 || count === 6, isMore], [true, false]);
          });
          const { count, isMore } = await lag(2);
          same([count <= 2, isMore], [true, true]);
        } finally {
          letGo();
        }
        await eventually(async () => same(await lag(10), { count: 0, isMore: false }));
        await subscription.close();
      }),
  },
  {
    id: 'many-types',
    behaviour: 'delivers two hundred types to one service',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const types = Array.from({ length: 200 }, (_, n) => `test.type-${n}`);
        const { ids } = await consume(receiver, { types });
        const sent = numbered(types.length, (n) => ({ type: `test.type-${n}` }));
        await publish(publisher, [testEnvelope({ id: 'other', type: 'test.type-200' }), ...sent]);
        await eventually(() => sameOnce(ids, idsOf(sent)));
      }),
  },
  {
    id: 'types-parallel',
    behaviour: 'delivers many types to as many services at once, without mixing them up',
    run: (fixture) =>
      withTransports(fixture, 9, async (publisher, ...receivers) => {
        const consumers = await Promise.all(
          receivers.map((receiver, n) => consume(receiver, { consumer: `service-${n}`, types: [`test.type-${n}`] })),
        );
        const sent = numbered(400, (n) => ({ type: `test.type-${n % receivers.length}` }));
        await Promise.all(Array.from({ length: 40 }, (_, n) => publish(publisher, sent.slice(n * 10, n * 10 + 10))));
        await eventually(() => {
          for (const [n, { ids }] of consumers.entries()) {
            sameOnce(ids, idsOf(sent.filter(({ type }) => type === `test.type-${n}`)));
          }
        });
      }),
  },
  {
    id: 'consumers-apart',
    behaviour: 'delivers every message to each service, once',
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, one, two) => {
        const first = await consume(one, { consumer: 'one' });
        const second = await consume(two, { consumer: 'two' });
        const sent = numbered(50);
        await publish(publisher, sent);
        await eventually(() => {
          sameOnce(first.ids, idsOf(sent));
          sameOnce(second.ids, idsOf(sent));
        });
      }),
  },
  {
    id: 'one-connection',
    behaviour: 'publishes and serves several services over one connection',
    run: (fixture) =>
      withTransports(fixture, 1, async (transport) => {
        const consumers = await Promise.all(
          ['one', 'two', 'three'].map((consumer) => consume(transport, { consumer })),
        );
        await publish(transport, numbered(20));
        await eventually(() => {
          for (const { ids } of consumers) sameOnce(ids, idsOf(numbered(20)));
        });
      }),
  },
  {
    id: 'instances-share',
    behaviour: 'delivers an acknowledged message to a service once, not to each of its instances',
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, one, two) => {
        const first = await consume(one, { consumer: 'service' });
        await publish(publisher, numbered(10));
        await eventually(() => assert.equal(first.ids.length, 10));
        const second = await consume(two, { consumer: 'service' });
        await publish(publisher, [testEnvelope({ id: 'last' })]);
        await eventually(() => assert.equal([...first.ids, ...second.ids].includes('last'), true));
        assert.equal(!second.ids.includes('m0'), true);
      }),
  },
  {
    id: 'instances-parallel',
    behaviour: 'delivers everything to a service with many concurrent instances',
    run: (fixture) =>
      withTransports(fixture, 6, async (publisher, ...instances) => {
        const consumers = await Promise.all(instances.map((instance) => consume(instance, { consumer: 'service' })));
        const sent = numbered(500, (n) => ({ subject: `entity-${n % 20}` }));
        for (let from = 0; from < sent.length; from += 50) await publish(publisher, sent.slice(from, from + 50));
        await eventually(() =>
          hasAll(
            consumers.flatMap(({ ids }) => ids),
            idsOf(sent),
          ),
        );
      }),
  },
  {
    id: 'instances-once',
    behaviour: 'delivers each message to a service once, however many instances it has, as long as nothing fails',
    run: (fixture) =>
      withTransports(fixture, 5, async (publisher, before, ...instances) => {
        const options = { consumer: 'service', receive: async () => new Promise(setImmediate) };
        const first = await consume(before, options);
        await publish(publisher, [testEnvelope({ id: 'first' })]);
        await eventually(() => same(first.ids, ['first']));
        const consumers = await Promise.all(instances.map((instance) => consume(instance, options)));
        const idsNow = (): string[] => [first, ...consumers].flatMap(({ ids }) => ids);
        const sent = numbered(1_000, (n) => ({ subject: `entity-${n % 20}` }));
        for (let from = 0; from < sent.length; from += 20) {
          // What stops in the middle hands over to another, and has nothing delivered twice.
          if (from === 500) await first.subscription.close();
          await publish(publisher, sent.slice(from, from + 20));
        }
        await eventually(() => hasAll(idsNow(), ['first', ...idsOf(sent)]));
        sameOnce(idsNow(), ['first', ...idsOf(sent)]);
      }),
  },
  {
    id: 'late-consumer',
    behaviour: 'delivers the messages that are still kept to a new consumer',
    needs: ['history'],
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, one, two) => {
        const sent = numbered(10, () => ({ subject: 'one' }));
        await publish(publisher, sent);
        for (const [n, receiver] of [one, two].entries()) {
          const { ids } = await consume(receiver, { consumer: `late-${n}` });
          await eventually(() => same(ids, idsOf(sent)));
        }
      }),
  },
  {
    id: 'resume',
    behaviour: 'continues where the service stopped, and loses nothing that was published in between',
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, before, after) => {
        const first = await consume(before);
        await publish(publisher, numbered(5));
        await eventually(() => assert.equal(first.ids.length, 5));
        await before.close();
        const later = numbered(1_000, (n) => ({ id: `later${n}` }));
        for (let from = 0; from < later.length; from += 100) await publish(publisher, later.slice(from, from + 100));
        const second = await consume(after);
        await eventually(() => sameOnce(second.ids, idsOf(later)));
        assert.equal(first.ids.length, 5);
      }),
  },
  {
    id: 'resubscribe',
    behaviour: 'loses nothing when a service subscribes and stops repeatedly',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const sent = numbered(100);
        const first = await consume(receiver);
        await first.subscription.close();
        const received = new Set(first.ids);
        const published = (async () => {
          for (let from = 0; from < sent.length; from += 4) await publish(publisher, sent.slice(from, from + 4));
        })();
        while (received.size < sent.length) {
          const { ids, subscription } = await consume(receiver);
          await eventually(() => assert.equal(ids.length > 0, true));
          await subscription.close();
          for (const id of ids) received.add(id);
        }
        await published;
        hasAll([...received], idsOf(sent));
      }),
  },
  {
    id: 'rolling-deployment',
    behaviour: 'delivers to a new version of a service what only it listens to, while an old version still runs',
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, old, next) => {
        const before = await consume(old, { consumer: 'service', types: ['test.happened'] });
        await publish(publisher, [testEnvelope({ id: 'first' })]);
        await eventually(() => same(before.ids, ['first']));
        const after = await consume(next, { consumer: 'service', types: ['test.happened', 'test.new'] });
        await publish(publisher, [testEnvelope({ id: 'new', type: 'test.new' }), testEnvelope({ id: 'second' })]);
        await eventually(() => assert.equal(after.ids.includes('new'), true));
        await eventually(() => assert.equal([...before.ids, ...after.ids].includes('second'), true));
      }),
  },
];
