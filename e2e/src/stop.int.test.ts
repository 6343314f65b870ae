import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { eventually } from 'anywise/testing';
import { createClient } from './harness/http-client.js';
import { startWorkload } from './harness/workload.js';
import { describeOnEachStore } from './databases/each-store.js';
import { expectOneEffectEach } from './harness/database-checks.js';
import { killable } from './harness/killable-service.js';
import { withSeed } from './harness/seeded-random.js';
import { openShop } from './harness/shop.js';
import { createSystem } from './harness/system.js';

/** Twice the limit of a service, for slow machines. */
const stopsWithinMs = 10_000;
const stops = ['payments', 'orders', 'payments', 'orders'] as const;

describeOnEachStore('a service', (kind) => {
  it('loses nothing when stopped during a stream of payments', () =>
    withSeed(async (random) => {
      await using system = await createSystem(kind);
      const services = { payments: killable(system, 'payments'), orders: killable(system, 'orders') };
      const everythingIsUp = () => Promise.all([services.payments.url(), services.orders.url()]);
      const workload = startWorkload(openShop({ client: createClient(system.token), ...services }), random);

      for (const slice of stops) {
        await everythingIsUp();
        await delay(random() * 500);
        const toldAt = performance.now();
        expect(await services[slice].die('SIGTERM')).toEqual({ code: 0, signal: null });
        expect(performance.now() - toldAt).toBeLessThan(stopsWithinMs);
      }
      await everythingIsUp();
      // A slow machine needs the time.
      await eventually(() => expect(workload.paid.length).toBeGreaterThan(20), 60_000);
      await workload.close();

      expect(workload.contradictions).toEqual([]);
      await expectOneEffectEach(system.databases, workload);
    }));

  it('answers a request that it was reading when told to stop', async () => {
    await using system = await createSystem(kind);
    const payments = system.start('payments');
    const post = request(new URL('/payments', await payments.url()), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${system.token}`,
        'content-type': 'application/json',
        'transfer-encoding': 'chunked',
        expect: '100-continue',
      },
    });
    post.flushHeaders();
    // The service has read the head of the request, and waits for its body.
    await once(post, 'continue');
    const answered = once(post, 'response') as Promise<[IncomingMessage]>;
    const ended = payments.kill('SIGTERM');
    await payments.find((line) => (line.includes('is stopping') ? line : undefined));
    post.end(JSON.stringify({ orderId: 'o-1', amount: 1250, currency: 'EUR' }));

    const [answer] = await answered;
    expect(answer.resume()).toMatchObject({ statusCode: 201, headers: { connection: 'close' } });
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(await system.databases.rows('payments', 'SELECT order_id FROM payment')).toEqual([{ order_id: 'o-1' }]);
  });

  it('stops once on two signals', async () => {
    await using system = await createSystem(kind);
    const orders = system.start('orders');
    await orders.url();
    const ended = orders.kill('SIGINT');
    expect(await orders.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    await ended;
    expect(orders.output.match(/orders has stopped/g)).toHaveLength(1);
  });

  it('stops if the reader of its log has gone', async () => {
    await using system = await createSystem(kind);
    const payments = system.start('payments');
    await payments.url();
    payments.ignoreOutput();
    const deadline = setTimeout(() => void payments.kill('SIGKILL'), stopsWithinMs);
    expect(await payments.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    clearTimeout(deadline);
  });
});
