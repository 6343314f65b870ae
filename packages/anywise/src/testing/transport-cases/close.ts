import assert from 'node:assert/strict';
import { testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { TransportCase } from '../transport-case.js';
import { consume, gate, hasAll, idsOf, numbered, publish, withTransports } from './steps.js';

/** How subscriptions and transports close. */
export const closeCases: readonly TransportCase[] = [
  {
    id: 'close-waits',
    behaviour: 'finishes the batch in hand before a subscription closes, and receives no more',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const { opened, open } = gate();
        let began = false;
        const { ids, subscription } = await consume(receiver, {
          receive: async () => {
            began = true;
            await opened;
          },
        });
        await publish(publisher, [testEnvelope({ id: 'first' })]);
        await eventually(() => assert.equal(began, true));
        const closed = subscription.close();
        await publish(publisher, [testEnvelope({ id: 'second' })]);
        open();
        await closed;
        same(ids, ['first']);
      }),
  },
  {
    id: 'close-all-waits',
    behaviour: 'finishes the batches in hand before the transport closes, and counts them as received',
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, closing, next) => {
        const { opened, open } = gate();
        let began = false;
        const { ids } = await consume(closing, {
          receive: async () => {
            began = true;
            await opened;
          },
        });
        await publish(publisher, [testEnvelope({ id: 'first' })]);
        await eventually(() => assert.equal(began, true));
        let isClosed = false;
        const closed = closing.close().then(() => (isClosed = true));
        await publish(publisher, [testEnvelope({ id: 'second' })]);
        assert.equal(isClosed, false);
        open();
        await closed;
        same(ids, ['first']);
        const heir = await consume(next);
        await eventually(() => same(heir.ids, ['second']));
      }),
  },
  {
    id: 'close-twice',
    behaviour: 'can be closed twice, and with a subscription open',
    run: (fixture) =>
      withTransports(fixture, 1, async (transport) => {
        const { subscription } = await consume(transport);
        await Promise.all([transport.close(), transport.close()]);
        await transport.close();
        await subscription.close();
        await subscription.close();
      }),
  },
  {
    id: 'close-unused',
    behaviour: 'can be closed without having been used',
    run: (fixture) => withTransports(fixture, 1, async (transport) => transport.close()),
  },
  {
    id: 'close-parallel',
    behaviour: 'loses nothing when many instances start and stop at once',
    run: (fixture) =>
      withTransports(fixture, 7, async (publisher, last, ...instances) => {
        const sent = numbered(50);
        const first = await consume(last, { consumer: 'service' });
        await first.subscription.close();
        const passing = instances.map(async (instance) => {
          const { ids, subscription } = await consume(instance, { consumer: 'service' });
          await Promise.all([subscription.close(), subscription.close()]);
          return ids;
        });
        await publish(publisher, sent);
        const before = (await Promise.all(passing)).flat();
        const { ids } = await consume(last, { consumer: 'service' });
        await eventually(() => hasAll([...before, ...ids], idsOf(sent)));
      }),
  },
  {
    id: 'close-publishing',
    behaviour: 'delivers everything that it confirmed while closing',
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const { ids } = await consume(receiver);
        await publish(publisher, [testEnvelope({ id: 'before' })]);
        const sent = numbered(20);
        const calls = sent.map((envelope) => publisher.publish([envelope]));
        const closed = publisher.close();
        const results = await Promise.allSettled(calls);
        await closed;
        const confirmed = sent.filter((_, n) => {
          const result = results[n];
          return result?.status === 'fulfilled' && result.value[0] === undefined;
        });
        await eventually(() =>
          assert.equal(
            ['before', ...idsOf(confirmed)].every((id) => ids.includes(id)),
            true,
          ),
        );
      }),
  },
];
