import { PaymentRejected } from '@anywise/contracts/orders';
import type { Payment } from '@anywise/contracts/payments';
import { startTestService, type TestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { eventually } from 'anywise/testing';
import { app } from '../app.js';

async function pay({ request }: TestService, orderId: string): Promise<Payment> {
  const response = await request.post('/payments').send({ orderId, amount: 1250, currency: 'EUR' });
  return response.body as Payment;
}

async function list({ request }: TestService): Promise<unknown> {
  const response = await request.get('/payments');
  return response.body;
}

it('marks a payment that orders could not use, and says why', async () => {
  await using payments = await startTestService(app);
  const { paymentId, orderId } = await pay(payments, 'o-1');
  const orders = await payments.join();
  await orders.publish(new PaymentRejected({ paymentId, orderId, reason: 'unknown-order' }));
  await eventually(async () =>
    expect(await list(payments)).toMatchObject({ items: [{ status: 'rejected', rejection: 'unknown-order' }] }),
  );
});

it('makes up no payment that it does not know', async () => {
  await using payments = await startTestService(app);
  const { paymentId, orderId } = await pay(payments, 'o-1');
  const orders = await payments.join();
  await orders.publish(new PaymentRejected({ paymentId: 'nothing', orderId, reason: 'unknown-order' }));
  await orders.publish(new PaymentRejected({ paymentId, orderId, reason: 'wrong-amount' }));
  await eventually(async () =>
    expect(await list(payments)).toMatchObject({ items: [{ paymentId, status: 'rejected' }], nextCursor: null }),
  );
});
