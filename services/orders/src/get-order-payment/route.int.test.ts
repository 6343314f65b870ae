import type { Order } from '@anywise/contracts/orders';
import { GetPaymentOfOrder, type Payment } from '@anywise/contracts/payments';
import { startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { Anywise, contract, memoryBroker, MessageRegistry, on } from 'anywise';
import { app } from '../app.js';

const payment: Payment = {
  paymentId: 'p-1',
  orderId: 'o-1',
  amount: 1250,
  currency: 'EUR',
  status: 'captured',
  rejection: null,
  createdAt: '2026-01-01T00:00:00.000Z',
};

/** Orders, and a stub of payments that knows these payers. */
async function startOrders({ payers = ['ada'], handle }: { payers?: string[]; handle?: () => Promise<never> } = {}) {
  const broker = memoryBroker();
  const orders = await startTestService(app, { transport: broker.connect() });
  const asked: GetPaymentOfOrder[] = [];
  const answer = on(GetPaymentOfOrder).handle(async (query) => {
    asked.push(query);
    if (handle !== undefined) return handle();
    return payers.includes(String(query.payerId)) ? { ...payment, orderId: query.orderId } : null;
  });
  const payments = new Anywise({
    name: 'payments',
    registries: [new MessageRegistry('payments').register(answer)],
    contracts: [contract('payments', { GetPaymentOfOrder })],
    transport: broker.connect(),
    logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  });
  await payments.start();
  const placed = await orders.request.post('/orders').send({ customerId: 'c-1', amount: 1250, currency: 'EUR' });
  const { orderId } = placed.body as Order;
  const stop = async () => {
    await payments.stop({ timeoutMs: 0 });
    await orders.stop();
  };
  return { orders, payments, asked, orderId, path: `/orders/${orderId}/payment`, [Symbol.asyncDispose]: stop };
}

function ignore(): void {
  return undefined;
}

it('gives the payment of an order, to its owner and to support', async () => {
  await using all = await startOrders();
  const own = await all.orders.request.get(all.path);
  expect([own.status, own.body]).toEqual([200, { ...payment, orderId: all.orderId }]);
  const support = await (await all.orders.as('sue', 'support')).get(all.path);
  expect(support.body).toEqual(own.body);
  expect(all.asked).toEqual(Array(2).fill({ orderId: all.orderId, payerId: 'ada' }));
});

it('is 404 for an order that is not paid', async () => {
  await using all = await startOrders({ payers: [] });
  expect((await all.orders.request.get(all.path)).status).toBe(404);
});

it('is 404 for the order of another, and for none, without asking', async () => {
  await using all = await startOrders();
  const hidden = await (await all.orders.as('bob')).get(all.path);
  const missing = await all.orders.request.get('/orders/nothing/payment');
  expect([hidden.status, missing.status]).toEqual([404, 404]);
  expect(hidden.body).toEqual(missing.body);
  expect(all.asked).toEqual([]);
});

it('is 401 without a token', async () => {
  await using all = await startOrders();
  expect((await all.orders.anonymous.get(all.path)).status).toBe(401);
});

it('is 503 at once when payments is down', async () => {
  await using all = await startOrders();
  await all.payments.stop();
  const response = await all.orders.request.get(all.path);
  expect(response.status).toBe(503);
  expect(response.body).toMatchObject({ code: 'NO_RESPONDER' });
  expect(response.headers['retry-after']).toBeDefined();
});

it('is 502 when payments fails, and 504 when it takes too long', async () => {
  const fails = await startOrders({ handle: () => Promise.reject(new Error('disk full')) });
  const response = await fails.orders.request.get(fails.path);
  expect(response.status).toBe(502);
  expect(JSON.stringify(response.body)).not.toContain('disk');
  await fails[Symbol.asyncDispose]();
  await using hangs = await startOrders({ handle: () => new Promise(ignore) });
  expect((await hangs.orders.request.get(hangs.path)).status).toBe(504);
});
