import type { Order } from '@anywise/contracts/orders';
import { startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { app } from '../app.js';

it('gives an order', async () => {
  await using orders = await startTestService(app);
  const data = { customerId: 'c-1', amount: 1250, currency: 'EUR' };
  const created = await orders.request.post('/orders').send(data);
  const { orderId } = created.body as Order;
  const response = await orders.request.get(`/orders/${orderId}`);
  expect(response.status).toBe(200);
  expect(response.body).toMatchObject({ ...data, orderId });
});

it.each(['nothing', '%20', `'; DROP TABLE customer_order; --`, 'x'.repeat(1000)])(
  'knows no order `%s`',
  async (orderId) => {
    await using orders = await startTestService(app);
    const response = await orders.request.get(`/orders/${orderId}`);
    expect(response.status).toBe(404);
    expect(response.headers['content-type']).toMatch('application/problem+json');
  },
);

it('refuses a path with invalid percent-encoding', async () => {
  await using orders = await startTestService(app);
  const response = await orders.request.get('/orders/%E0%A4%A');
  expect(response.status).toBe(400);
  expect(response.body).toMatchObject({ detail: 'The path has invalid percent-encoding.' });
});
