import assert from 'node:assert/strict';
import { AnywiseError } from '../../core/errors/errors.js';
import { errorText } from '../../core/errors/thrown.js';
import type { PublishFailure, Transport } from '../../core/ports/transport.js';
import { sleep } from '../../core/time/timers.js';
import { testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { TransportCase } from '../transport-case.js';
import { consume, hasAll, needed, publish, publishUntilConfirmed, withTransports } from './steps.js';

/** Whether nothing can be done now, and a retry may help. */
async function expectAway(transport: Transport): Promise<void> {
  await assert.rejects(
    transport.check(),
    (error) => AnywiseError.is(error) && error.code === 'UNAVAILABLE' && error.retryable,
  );
}

/** How long a receiver may take: longer than any time after which a transport thinks that an instance is dead. */
const longMs = 8_000;

/** So many attempts in vain that the next one comes after several seconds. */
const longAway = 7;
const soonMs = 2_500;

/** Brokers that are away, and connections that break. */
export const outageCases: readonly TransportCase[] = [
  {
    id: 'down-at-start',
    behaviour: 'says that a broker is away, and can be used as soon as that is back',
    needs: ['outage'],
    run: (fixture) =>
      withTransports(fixture, 1, async (transport) => {
        await needed(fixture, 'outage')(() => expectAway(transport));
        await eventually(() => transport.check());
        await publish(transport, [testEnvelope()]);
      }),
  },
  {
    id: 'down-while-running',
    behaviour: 'says that the broker is away while it is, confirms nothing, and goes on by itself afterwards',
    needs: ['outage'],
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const errors: unknown[] = [];
        const { ids } = await consume(receiver, { onError: (error) => errors.push(error) });
        await publish(publisher, [testEnvelope({ id: 'before' })]);
        await eventually(() => same(ids, ['before']));
        await needed(
          fixture,
          'outage',
        )(async () => {
          await expectAway(publisher);
          const results = await publisher.publish([testEnvelope({ id: 'meanwhile' })]).catch(() => undefined);
          if (results !== undefined) assert.equal(results[0]?.permanent, false);
          await eventually(() => assert.ok(errors.length > 0, 'the receiver was told nothing'));
        });
        await publishUntilConfirmed(publisher, [testEnvelope({ id: 'meanwhile' })]);
        await eventually(() => hasAll(ids, ['before', 'meanwhile']));
        await Promise.all([publisher.check(), receiver.check()]);
      }),
  },
  {
    id: 'check-wakes',
    behaviour: 'reads at once when a check finds that the broker is back, however long it was away',
    needs: ['outage'],
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const errors: unknown[] = [];
        const { ids } = await consume(receiver, { onError: (error) => errors.push(error) });
        await publish(publisher, [testEnvelope({ id: 'before' })]);
        await eventually(() => same(ids, ['before']));
        await needed(fixture, 'outage')(() => eventually(() => assert.ok(errors.length >= longAway)));
        await eventually(() => publisher.check());
        await publishUntilConfirmed(publisher, [testEnvelope({ id: 'after' })]);
        await eventually(() => receiver.check());
        const backAt = performance.now();
        await eventually(() => hasAll(ids, ['before', 'after']));
        assert.ok(performance.now() - backAt < soonMs, 'it read only after its pause');
      }),
  },
  {
    id: 'full-broker',
    behaviour:
      'takes nothing of a key behind what a full broker refused, keeps what it has, and goes on once there is room',
    needs: ['full'],
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const { ids } = await consume(receiver);
        await publish(publisher, [testEnvelope({ id: 'before' })]);
        const large = testEnvelope({ id: 'large', subject: 'a', data: 'x'.repeat(500_000) });
        const both = [large, testEnvelope({ id: 'small', subject: 'a' })];
        await needed(
          fixture,
          'full',
        )(async () => {
          const refused = await publisher.publish(both).catch((error: unknown) => [error, error]);
          for (const failure of refused) {
            assert.ok(failure !== undefined, 'it was confirmed');
            if (AnywiseError.is(failure)) assert.ok(failure.code === 'UNAVAILABLE' && failure.retryable);
            else assert.equal((failure as PublishFailure).permanent, false);
          }
          await eventually(() => hasAll(ids, ['before']));
        });
        await publishUntilConfirmed(publisher, both);
        await publish(publisher, [testEnvelope({ id: 'last' })]);
        await eventually(() => hasAll(ids, ['before', 'large', 'small', 'last']));
        assert.ok(ids.indexOf('large') < ids.indexOf('small'));
      }),
  },
  {
    id: 'wrong-password',
    behaviour: 'says that a password is refused, without showing it',
    needs: ['refusal'],
    run: async (fixture) => {
      const transport = needed(fixture, 'connectRefused')('pass-1234');
      try {
        await assert.rejects(transport.check(), (error) => {
          assert.ok(AnywiseError.is(error));
          assert.equal(error.code, 'UNAVAILABLE');
          assert.doesNotMatch(errorText(error), /pass-1234/);
          return true;
        });
      } finally {
        await transport.close();
      }
    },
  },
  {
    id: 'confirm-lost',
    behaviour: 'does not count a message as published whose confirm was lost, and takes it again',
    needs: ['mute', 'cut'],
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const { ids } = await consume(receiver);
        await publish(publisher, [testEnvelope({ id: 'before' })]);
        await needed(fixture, 'mute')(publisher);
        const lost = publisher.publish([testEnvelope({ id: 'lost' })]).catch(() => 'rejected' as const);
        await eventually(() => hasAll(ids, ['before', 'lost']));
        await needed(fixture, 'cut')(publisher);
        const results = await lost;
        if (results !== 'rejected') assert.equal(results[0]?.permanent, false);
        await publishUntilConfirmed(publisher, [testEnvelope({ id: 'lost' }), testEnvelope({ id: 'last' })]);
        await eventually(() => hasAll(ids, ['before', 'lost', 'last']));
      }),
  },
  {
    id: 'forgotten',
    behaviour: 'makes a consumer known again when the broker has been made to forget it',
    needs: ['forget'],
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const { ids } = await consume(receiver);
        await publish(publisher, [testEnvelope({ id: 'before' })]);
        await eventually(() => same(ids, ['before']));
        await needed(fixture, 'forget')('consumer');
        let n = 0;
        await eventually(async () => {
          await publish(publisher, [testEnvelope({ id: `m${n++}` })]);
          await sleep(50);
          assert.ok(ids.some((id) => id.startsWith('m')));
        });
      }),
  },
  {
    id: 'slow-receive',
    behaviour: 'delivers a batch once that takes long to be received, however many instances wait',
    needs: ['acrossProcesses'],
    run: (fixture) =>
      withTransports(fixture, 3, async (publisher, ...instances) => {
        const begun: string[] = [];
        const receive = async (batch: readonly { readonly id: string }[]): Promise<void> => {
          begun.push(...batch.map(({ id }) => id));
          if (begun.length === 1) await sleep(longMs);
        };
        for (const instance of instances) await consume(instance, { receive });
        await publish(publisher, [testEnvelope({ id: 'slow' })]);
        await eventually(() => same(begun, ['slow']));
        await publish(publisher, [testEnvelope({ id: 'behind' })]);
        await eventually(() => assert.ok(begun.includes('behind')));
        same(begun, ['slow', 'behind']);
      }),
  },
];
