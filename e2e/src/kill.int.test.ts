import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { createClient } from './client.js';
import { expectOneEffectEach } from './effects.js';
import { mortal } from './mortal.js';
import { withSeed } from './seed.js';
import { openShop, type Paid } from './shop.js';
import { createWorld } from './world.js';

const kills = 14;
const customers = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gus', 'hal'];

it('starts every paid order once, however often both services are killed', () =>
  withSeed(async (random) => {
    await using world = await createWorld();
    const payments = mortal(world, 'payments');
    const orders = mortal(world, 'orders');
    const shop = openShop({ client: createClient(world.token), payments, orders });
    const paid: Paid[] = [];
    let open = true;

    const buy = async (customer: string) => {
      for (let n = 0; open; n++) {
        paid.push(await shop.buy(`${customer}-${n}`));
        const earlier = paid[Math.floor(random() * paid.length)];
        if (earlier === undefined || random() < 0.75) continue;
        expect(await shop.repeat(earlier)).toBe(earlier.paymentId);
      }
    };
    const kill = async () => {
      for (let n = 0; n < kills; n++) {
        const victim = random() < 0.5 ? payments : orders;
        // Mostly when both are at work, but now and then while one is starting.
        if (random() < 0.75) await Promise.all([payments.url(), orders.url()]);
        await delay(random() * 700);
        await victim.die('SIGKILL');
      }
      await Promise.all([payments.url(), orders.url()]);
      open = false;
    };

    await Promise.all([kill(), ...customers.map(buy)]);
    expect(paid.length).toBeGreaterThan(100);
    await expectOneEffectEach(world, paid);
  }));
