import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import type { Envelope } from '../../core/message/envelope.js';
import type { Transport } from '../../core/ports/transport.js';
import { sleep } from '../../core/time/timers.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { TransportCase } from '../transport-case.js';
import {
  consume,
  hasAll,
  idsOf,
  needed,
  numbered,
  publish,
  publishUntilConfirmed,
  sameOrder,
  withTransports,
} from './steps.js';

/** Numbers from 0 to below 1, always the same for a seed. */
function numbersOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Instances of one service with one inbox: what it records is in the order in which it was inserted. */
async function consumeTogether(
  instances: readonly Transport[],
  random: () => number,
): Promise<{ readonly inserted: string[]; readonly close: (instance: number) => Promise<void> }> {
  const inserted: string[] = [];
  const receive = async (batch: readonly Envelope[]): Promise<void> => {
    await sleep(1 + random() * 20);
    inserted.push(...idsOf(batch));
  };
  const consumers = await Promise.all(instances.map((instance) => consume(instance, { consumer: 'service', receive })));
  return { inserted, close: async (instance) => consumers[instance]?.subscription.close() };
}

/** Publishes in the background, as the relay does, while something else happens. */
async function publishWhile(
  publisher: Transport,
  sent: readonly Envelope[],
  work: (published: () => number) => Promise<unknown>,
): Promise<void> {
  let published = 0;
  const publishing = (async () => {
    for (; published < sent.length; published += 20) {
      await publishUntilConfirmed(publisher, sent.slice(published, published + 20));
      await sleep(2);
    }
  })();
  await Promise.all([publishing, work(() => published)]);
}

/** Runs a case with a seed, which the error names if it fails. */
async function withSeed(run: (random: () => number) => Promise<void>): Promise<void> {
  const seed = randomInt(2 ** 31);
  try {
    await run(numbersOf(seed));
  } catch (error) {
    throw new Error(`The seed was ${seed}.`, { cause: error });
  }
}

const ofTenKeys = (count: number): Envelope[] => numbered(count, (n) => ({ subject: `entity-${n % 10}` }));

/** The order of what several instances of a service insert into one inbox. */
export const orderInstanceCases: readonly TransportCase[] = [
  {
    id: 'order-instances',
    behaviour: 'brings each key in order into the inbox that several instances share, however long each takes',
    needs: ['ordered'],
    run: (fixture) =>
      withSeed((random) =>
        withTransports(fixture, 4, async (publisher, ...instances) => {
          const { inserted } = await consumeTogether(instances, random);
          const sent = ofTenKeys(600);
          for (let from = 0; from < sent.length; from += 20) await publish(publisher, sent.slice(from, from + 20));
          await eventually(() => hasAll(inserted, idsOf(sent)));
          sameOrder(inserted, sent);
        }),
      ),
  },
  {
    id: 'order-takeover-close',
    behaviour: 'keeps the order of each key when the instance that reads closes in the middle of a batch',
    needs: ['ordered'],
    run: (fixture) =>
      withSeed((random) =>
        withTransports(fixture, 4, async (publisher, ...instances) => {
          const { inserted, close } = await consumeTogether(instances, random);
          const sent = ofTenKeys(600);
          await publishWhile(publisher, sent, async (published) => {
            for (const n of [0, 1]) {
              await eventually(() => assert.ok(published() >= (n + 1) * 150));
              await close(n);
            }
          });
          await eventually(() => hasAll(inserted, idsOf(sent)));
          sameOrder(inserted, sent);
        }),
      ),
  },
  {
    id: 'order-takeover-cut',
    behaviour: 'keeps the order of each key when connections of the instances are cut',
    needs: ['ordered', 'cut'],
    run: (fixture) =>
      withSeed((random) =>
        withTransports(fixture, 4, async (publisher, ...instances) => {
          const { inserted } = await consumeTogether(instances, random);
          const sent = ofTenKeys(600);
          await publishWhile(publisher, sent, async (published) => {
            for (const [n, instance] of [...instances, ...instances].entries()) {
              await eventually(() => assert.ok(published() >= n * 90));
              await needed(fixture, 'cut')(instance);
            }
          });
          await eventually(() => hasAll(inserted, idsOf(sent)));
          sameOrder(inserted, sent);
        }),
      ),
  },
  {
    id: 'order-takeover-restart',
    behaviour: 'keeps the order of each key when the broker is killed while several instances receive',
    needs: ['ordered', 'durable', 'restart'],
    run: (fixture) =>
      withSeed((random) =>
        withTransports(fixture, 4, async (publisher, ...instances) => {
          const { inserted } = await consumeTogether(instances, random);
          const sent = ofTenKeys(400);
          await publishWhile(publisher, sent, async (published) => {
            await eventually(() => assert.ok(published() >= 150));
            await needed(fixture, 'restart')();
          });
          await eventually(() => hasAll(inserted, idsOf(sent)));
          sameOrder(inserted, sent);
        }),
      ),
  },
  {
    id: 'order-batch-cut',
    behaviour:
      'keeps the order of a key when its publisher is cut again and again, and publishes until it is confirmed',
    needs: ['ordered', 'cut'],
    run: (fixture) =>
      withTransports(fixture, 2, async (publisher, receiver) => {
        const { ids } = await consume(receiver);
        const sent = numbered(500, () => ({ subject: 'one', data: 'x'.repeat(2_000) }));
        const cut = async (): Promise<void> => {
          for (let n = 0; n < 8; n++) {
            await sleep(5 + n * 3);
            await needed(fixture, 'cut')(publisher);
          }
        };
        const publishAll = async (): Promise<void> => {
          for (let from = 0; from < sent.length; from += 100) {
            await publishUntilConfirmed(publisher, sent.slice(from, from + 100));
          }
        };
        await Promise.all([cut(), publishAll()]);
        await eventually(() => hasAll(ids, idsOf(sent)));
        same([...new Set(ids)], idsOf(sent));
      }),
  },
];
