import { OrderCancelled, OrderStarted, PaymentRejected, type Order } from '@anywise/contracts/orders';
import { PaymentCreated } from '@anywise/contracts/payments';
import { startTestService, type TestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { MessageRegistry, on } from 'anywise';
import { eventually } from 'anywise/testing';
import { app } from '../app.js';

const price = { amount: 1250, currency: 'EUR' };

/** Orders that wait this long for their payment. */
function startOrders(limitMs: number): Promise<TestService> {
  return startTestService(app, { env: { ORDERS_CANCEL_UNPAID_AFTER_MS: String(limitMs) } });
}

async function place(orders: TestService): Promise<string> {
  const response = await orders.request.post('/orders').send({ customerId: 'c-1', ...price });
  return (response.body as Order).orderId;
}

async function statusOf(orders: TestService, orderId: string): Promise<Order['status']> {
  const { body } = (await orders.request.get(`/orders/${orderId}`)) as { body: Order };
  return body.status;
}

it('cancels an order that is not paid in time, tells of it, and rejects a payment that comes too late', async () => {
  await using orders = await startOrders(1);
  const heard: object[] = [];
  const ear = on(OrderCancelled, PaymentRejected)
    .named('ear')
    .listen((event) => void heard.push(event));
  const payments = await orders.join(new MessageRegistry('ear').register(ear));
  const orderId = await place(orders);
  await eventually(() => expect(heard).toEqual([new OrderCancelled({ orderId })]));
  expect(await statusOf(orders, orderId)).toBe('cancelled');

  await payments.publish(new PaymentCreated({ paymentId: 'p-1', orderId, ...price }));
  const rejected = new PaymentRejected({ paymentId: 'p-1', orderId, reason: 'order-cancelled' });
  await eventually(() => expect(heard).toContainEqual(rejected));
  expect(await statusOf(orders, orderId)).toBe('cancelled');
});

it('does not cancel an order that is paid', async () => {
  await using orders = await startOrders(60_000);
  const started: string[] = [];
  const ear = on(OrderStarted).listen(({ orderId }) => void started.push(orderId));
  const payments = await orders.join(new MessageRegistry('ear').register(ear));
  const orderId = await place(orders);
  const scheduled = (count: number) =>
    eventually(async () =>
      expect(await orders.service.anywise.status()).toMatchObject({ outbox: { scheduled: { count } } }),
    );
  await scheduled(1);
  await payments.publish(new PaymentCreated({ paymentId: 'p-1', orderId, ...price }));
  await eventually(() => expect(started).toEqual([orderId]));
  await scheduled(0);
});
