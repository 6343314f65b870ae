import assert from 'node:assert/strict';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { TransportCase } from '../transport-case.js';
import { consume, gate, hasAll, idsOf, numbered, publish, sameOrder, withTransports } from './steps.js';

/** The order of messages, and how many arrive at a time. */
export const orderCases: readonly TransportCase[] = [
  {
    id: 'order',
    behaviour: 'keeps the order of one publisher',
    needs: ['ordered'],
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const { ids } = await consume(receiver);
        const sent = numbered(1000, () => ({ subject: 'one' }));
        for (let from = 0; from < sent.length; from += 100) await publish(publisher, sent.slice(from, from + 100));
        await eventually(() => assert.equal(ids.length >= 1000, true));
        same(ids, idsOf(sent));
      }),
  },
  {
    id: 'order-parallel',
    behaviour: 'keeps the order of each key with many concurrent publishers',
    needs: ['ordered'],
    run: (fixture) =>
      withTransports(fixture, 6, async (receiver, ...publishers) => {
        const { ids } = await consume(receiver);
        const sent = numbered(500, (n) => ({ subject: `publisher-${n % publishers.length}` }));
        await Promise.all(
          publishers.map(async (publisher, p) => {
            const own = sent.filter(({ subject }) => subject === `publisher-${p}`);
            for (let from = 0; from < own.length; from += 5) await publish(publisher, own.slice(from, from + 5));
          }),
        );
        await eventually(() => hasAll(ids, idsOf(sent)));
        sameOrder(ids, sent);
      }),
  },
  {
    id: 'order-redelivery',
    behaviour: 'keeps the order of each key when receiving fails repeatedly',
    needs: ['ordered'],
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        let calls = 0;
        const { ids } = await consume(receiver, {
          receive: async () => {
            if (calls++ % 3 === 1) throw new Error('not now');
          },
        });
        const sent = numbered(60, (n) => ({ subject: `entity-${n % 4}` }));
        for (let from = 0; from < sent.length; from += 10) {
          await publish(publisher, sent.slice(from, from + 10));
          if (from % 20 === 0) await eventually(() => assert.equal(ids.includes(`m${from}`), true));
        }
        await eventually(() => hasAll(ids, idsOf(sent)));
        assert.ok(calls > 1, 'receiving never failed');
        sameOrder(ids, sent);
      }),
  },
  {
    id: 'order-redelivery-first',
    behaviour: 'delivers a batch that failed again before the messages that have come since',
    needs: ['ordered'],
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, receiver, other) => {
        const { opened, open } = gate();
        let calls = 0;
        const { ids } = await consume(receiver, {
          receive: async () => {
            if (calls++ > 0) return;
            await opened;
            throw new Error('not now');
          },
        });
        const witness = await consume(other, { consumer: 'other' });
        const sent = numbered(101, () => ({ subject: 'one' }));
        await publish(publisher, sent.slice(0, 1));
        await eventually(() => assert.equal(calls, 1));
        await publish(publisher, sent.slice(1));
        await eventually(() => assert.equal(witness.ids.length, sent.length));
        open();
        await eventually(() => hasAll(ids, idsOf(sent)));
        sameOrder(ids, sent);
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
        for (const envelope of numbered(30)) await publish(publisher, [envelope]);
        await eventually(() => assert.equal(ids.length >= 30, true));
        assert.equal(most, 1);
      }),
  },
  {
    id: 'unacknowledged',
    behaviour: 'hands over nothing after an unacknowledged batch, while other services continue',
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, stuck, other) => {
        const { opened, open } = gate();
        const handedOver: string[] = [];
        const slow = await consume(stuck, {
          consumer: 'stuck',
          receive: async (batch) => {
            handedOver.push(...idsOf(batch));
            await opened;
          },
        });
        const quick = await consume(other, { consumer: 'other' });
        await publish(publisher, numbered(1));
        await eventually(() => same(handedOver, ['m0']));
        const later = numbered(20, (n) => ({ id: `later${n}` }));
        for (const envelope of later) await publish(publisher, [envelope]);
        await eventually(() => assert.equal(quick.ids.length, 21));
        same(handedOver, ['m0']);
        open();
        await eventually(() => hasAll(slow.ids, ['m0', ...idsOf(later)]));
      }),
  },
];
