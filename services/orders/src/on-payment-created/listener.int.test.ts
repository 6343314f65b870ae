import { OrderStarted, PaymentRejected, type Order } from '@anywise/contracts/orders';
import { PaymentCreated } from '@anywise/contracts/payments';
import { startTestService, type TestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { MessageRegistry, on } from 'anywise';
import { eventually } from 'anywise/testing';
import { app } from '../app.js';

const price = { amount: 1250, currency: 'EUR' };

/** A placed order, and another service that pays for it and hears the events of orders. */
async function placeOne(orders: TestService) {
  const heard: (OrderStarted | PaymentRejected)[] = [];
  const ear = on(OrderStarted, PaymentRejected)
    .named('ear')
    .listen((event) => void heard.push(event));
  const payments = await orders.join(new MessageRegistry('ear').register(ear));
  const response = await orders.request.post('/orders').send({ customerId: 'c-1', ...price });
  const { orderId } = response.body as Order;
  return {
    orderId,
    heard,
    pay: (paymentId: string, changes: Partial<PaymentCreated> = {}) =>
      payments.publish(new PaymentCreated({ paymentId, orderId, ...price, ...changes })),
    async order() {
      const { body } = (await orders.request.get(`/orders/${orderId}`)) as { body: Order };
      return body;
    },
  };
}

it('starts the order that is paid, and tells of it', async () => {
  await using orders = await startTestService(app);
  const shop = await placeOne(orders);
  await shop.pay('p-1');
  await eventually(() => expect(shop.heard).toEqual([new OrderStarted({ orderId: shop.orderId, paymentId: 'p-1' })]));
  expect(await shop.order()).toMatchObject({ status: 'started', paymentId: 'p-1' });
});

it.each([
  ['of an unknown order', { orderId: 'nothing' }, 'unknown-order'],
  ['of too little', { amount: 1249 }, 'wrong-amount'],
  ['in another currency', { currency: 'USD' }, 'wrong-currency'],
] as const)('rejects a payment %s, says why, and starts nothing', async (_kind, changes, reason) => {
  await using orders = await startTestService(app);
  const shop = await placeOne(orders);
  await shop.pay('p-1', changes);
  const { orderId } = { orderId: shop.orderId, ...changes };
  await eventually(() => expect(shop.heard).toEqual([new PaymentRejected({ paymentId: 'p-1', orderId, reason })]));
  expect(await shop.order()).toMatchObject({ status: 'placed', paymentId: null });
});

it('rejects the second payment of an order, and keeps the first', async () => {
  await using orders = await startTestService(app);
  const shop = await placeOne(orders);
  const { orderId } = shop;
  await shop.pay('p-1');
  await shop.pay('p-2');
  await eventually(() =>
    expect(shop.heard).toEqual([
      new OrderStarted({ orderId, paymentId: 'p-1' }),
      new PaymentRejected({ paymentId: 'p-2', orderId, reason: 'already-paid' }),
    ]),
  );
  expect(await shop.order()).toMatchObject({ status: 'started', paymentId: 'p-1' });
});

it('starts an order once if its payment is reported twice', async () => {
  await using orders = await startTestService(app);
  const shop = await placeOne(orders);
  const { orderId } = shop;
  await shop.pay('p-1');
  await shop.pay('p-1');
  await shop.pay('p-2');
  await eventually(() =>
    expect(shop.heard).toEqual([
      new OrderStarted({ orderId, paymentId: 'p-1' }),
      new PaymentRejected({ paymentId: 'p-2', orderId, reason: 'already-paid' }),
    ]),
  );
});
