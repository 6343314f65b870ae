import assert from 'node:assert/strict';
import { eventually } from '../eventually.js';
import type { TransportCase } from '../transport-case.js';
import { consume, hasAll, idsOf, numbered, publish, withTransports } from './steps.js';

const fail = async (): Promise<never> => {
  throw new Error('not now');
};

/** Unacknowledged messages are redelivered. */
export const redeliveryCases: readonly TransportCase[] = [
  {
    id: 'redelivery',
    behaviour: 'redelivers a batch when receiving it failed, and loses nothing',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        let failures = 0;
        const { ids } = await consume(receiver, { receive: async () => (failures++ < 2 ? fail() : undefined) });
        const sent = numbered(100);
        await publish(publisher, sent);
        await eventually(() => hasAll(ids, idsOf(sent)));
        assert.equal(failures > 2, true);
      }),
  },
  {
    id: 'redelivery-told',
    behaviour: 'reports each failure to receive from which it recovers',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const errors: unknown[] = [];
        let failures = 0;
        const { ids } = await consume(receiver, {
          receive: async () => (failures++ < 1 ? fail() : undefined),
          onError: (error) => errors.push(error),
        });
        await publish(publisher, numbered(1));
        await eventually(() => assert.equal(ids.includes('m0'), true));
        assert.equal(
          errors.some((error) => error instanceof Error && error.message.includes('not now')),
          true,
        );
      }),
  },
  {
    id: 'redelivery-elsewhere',
    behaviour: 'delivers everything to another instance when earlier ones failed and stopped',
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, failing, healthy) => {
        const sent = numbered(50);
        for (const round of [1, 2, 3]) {
          let calls = 0;
          const { subscription, ids } = await consume(failing, {
            receive: async () => {
              calls++;
              return fail();
            },
          });
          if (round === 1) await publish(publisher, sent);
          await eventually(() => assert.equal(calls > 0, true));
          await subscription.close();
          assert.equal(ids.length, 0);
        }
        await failing.close();
        const { ids } = await consume(healthy);
        await eventually(() => hasAll(ids, idsOf(sent)));
      }),
  },
  {
    id: 'redelivery-only-there',
    behaviour: 'redelivers only to the service that failed',
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, one, two) => {
        let failures = 0;
        const failing = await consume(one, {
          consumer: 'failing',
          receive: async () => (failures++ < 2 ? fail() : undefined),
        });
        const healthy = await consume(two, { consumer: 'healthy' });
        const sent = numbered(20);
        await publish(publisher, sent);
        await eventually(() => hasAll(failing.ids, idsOf(sent)));
        await eventually(() => hasAll(healthy.ids, idsOf(sent)));
        assert.equal(healthy.ids.length, sent.length);
      }),
  },
];
