import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, jest } from '@jest/globals';
import { eventually } from 'anywise/testing';
import { createClient } from './harness/http-client.js';
import { startWorkload } from './harness/workload.js';
import type { StoreKind } from './databases/databases.js';
import { describeOnEachStore } from './databases/each-store.js';
import { expectOneEffectEach, isAt, type Stage } from './harness/database-checks.js';
import { killable } from './harness/killable-service.js';
import { withSeed } from './harness/seeded-random.js';
import { openShop } from './harness/shop.js';
import { createSystem, type Slice } from './harness/system.js';

// Each kill is followed by a start, which takes many seconds on a busy machine.
jest.setTimeout(600_000);

const kills: Readonly<Record<StoreKind, number>> = { sqlite: 12, postgres: 6 };

/** Who is killed, and in the middle of what; without a stage at any moment, also while it is starting. */
const moments: readonly (readonly [victim: Slice, stage?: Stage])[] = [
  ['payments'],
  ['payments', 'sending'],
  ['orders'],
  ['orders', 'sending'],
  ['orders', 'receiving'],
  ['orders', 'handling'],
];

describeOnEachStore('two services that are killed again and again', (kind) => {
  it('start every paid order once', () =>
    withSeed(async (random) => {
      await using system = await createSystem(kind);
      const services = { payments: killable(system, 'payments'), orders: killable(system, 'orders') };
      const everythingIsUp = () => Promise.all([services.payments.url(), services.orders.url()]);
      const workload = startWorkload(openShop({ client: createClient(system.token), ...services }), random);

      for (let n = 0; n < kills[kind]; n++) {
        if (random() < 0.75) await everythingIsUp();
        await delay(random() * 500);
        const [victim, stage] = moments[Math.floor(random() * moments.length)] ?? ['orders'];
        if (stage !== undefined)
          await eventually(async () => expect(await isAt(stage, system.databases, victim)).toBe(true), 120_000);
        await services[victim].die('SIGKILL');
      }
      await everythingIsUp();
      // A slow machine gets the time for it.
      await eventually(() => expect(workload.paid.length).toBeGreaterThan(100), 120_000);
      await workload.close();

      expect(workload.contradictions).toEqual([]);
      await expectOneEffectEach(system.databases, workload);
    }));
});
