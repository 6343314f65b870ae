import type { Payment } from '@anywise/contracts/payments';
import { startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { app } from '../app.js';

it('gives a payment', async () => {
  await using payments = await startTestService(app);
  const order = { orderId: 'o-1', amount: 1250, currency: 'EUR' };
  const created = await payments.request.post('/payments').send(order);
  const { paymentId } = created.body as Payment;
  const response = await payments.request.get(`/payments/${paymentId}`);
  expect(response.status).toBe(200);
  expect(response.body).toMatchObject({ ...order, paymentId });
});

it.each(['nothing', '%20', `'; DROP TABLE payment; --`, 'x'.repeat(1000)])(
  'knows no payment `%s`',
  async (paymentId) => {
    await using payments = await startTestService(app);
    const response = await payments.request.get(`/payments/${paymentId}`);
    expect(response.status).toBe(404);
    expect(response.headers['content-type']).toMatch('application/problem+json');
  },
);

it('refuses a path with invalid percent-encoding', async () => {
  await using payments = await startTestService(app);
  const response = await payments.request.get('/payments/%E0%A4%A');
  expect(response.status).toBe(400);
  expect(response.body).toMatchObject({ detail: 'The path has invalid percent-encoding.' });
});
