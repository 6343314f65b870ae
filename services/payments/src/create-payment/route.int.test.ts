import { PaymentCreated, type Payment } from '@anywise/contracts/payments';
import { startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { MessageRegistry, on } from 'anywise';
import { eventually } from 'anywise/testing';
import { app } from '../app.js';

const order = { orderId: 'o-1', amount: 1250, currency: 'EUR' };

it('answers with the payment and where it is', async () => {
  await using payments = await startTestService(app);
  const response = await payments.request.post('/payments').send(order);
  const { paymentId } = response.body as { paymentId: string };
  expect(response.status).toBe(201);
  expect(response.headers.location).toBe(`/payments/${paymentId}`);
  expect(response.body).toEqual({
    ...order,
    paymentId: expect.stringMatching(/^[\da-f-]{36}$/),
    status: 'captured',
    rejection: null,
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  });
  const found = await payments.request.get(`/payments/${paymentId}`);
  expect(found.body).toEqual(response.body);
});

it('takes two payments for two requests without a key', async () => {
  await using payments = await startTestService(app);
  await payments.request.post('/payments').send(order);
  await payments.request.post('/payments').send(order);
  const list = await payments.request.get('/payments');
  expect(list.body).toMatchObject({ items: [order, order] });
});

it('tells the other services', async () => {
  await using payments = await startTestService(app);
  const heard: PaymentCreated[] = [];
  await payments.join(
    new MessageRegistry('ear').register(on(PaymentCreated).listen((event) => void heard.push(event))),
  );
  const { body: payment } = (await payments.request.post('/payments').send(order)) as { body: Payment };
  await eventually(() => expect(heard).toHaveLength(1));
  expect(heard[0]).toMatchObject({ ...order, paymentId: payment.paymentId, entityId: 'o-1' });
});
