import { expect, it } from '@jest/globals';
import { eventually } from 'anywise/testing';
import { createClient } from './client.js';
import { createWorld, type Service } from './world.js';

const price = { amount: 1250, currency: 'EUR' };

/** Two services that have just been started, and somebody who plays with them. */
async function begin() {
  const world = await createWorld();
  const client = createClient(world.token);
  const payments = world.start('payments');
  const orders = world.start('orders');
  return {
    payments,
    orders,
    restart: () => world.start('orders'),
    async place() {
      const body = { customerId: 'c-1', ...price };
      const answer = await client(await orders.url(), { method: 'POST', path: '/orders', body });
      expect(answer).toMatchObject({ status: 201, body: { status: 'placed', paymentId: null, ...price } });
      const { orderId } = answer.body as { orderId: string };
      return orderId;
    },
    async pay(orderId: string) {
      const body = { orderId, ...price };
      const call = { method: 'POST', path: '/payments', body, idempotencyKey: orderId } as const;
      const answer = await client(await payments.url(), call);
      expect(answer).toMatchObject({ status: 201, body: { orderId, status: 'captured', ...price } });
      const { paymentId } = answer.body as { paymentId: string };
      return paymentId;
    },
    async untilStarted(service: Service, orderId: string, paymentId: string) {
      const url = await service.url();
      await eventually(async () => {
        const answer = await client(url, { method: 'GET', path: `/orders/${orderId}` });
        expect(answer).toMatchObject({ status: 200, body: { orderId, status: 'started', paymentId } });
      });
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

it('starts an order that is paid in another process', async () => {
  await using session = await begin();
  const orderId = await session.place();
  const paymentId = await session.pay(orderId);
  await session.untilStarted(session.orders, orderId, paymentId);
  expect(await session.pay(orderId)).toBe(paymentId);
});

it('starts an order that is paid while orders is dead', async () => {
  await using session = await begin();
  const orderId = await session.place();
  await session.orders.kill('SIGKILL');
  const paymentId = await session.pay(orderId);
  await session.untilStarted(session.restart(), orderId, paymentId);
});
