import { startTestService, type TestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { app } from '../app.js';

async function pay({ request }: TestService, orderId: string): Promise<void> {
  await request.post('/payments').send({ orderId, amount: 1250, currency: 'EUR' });
}

async function page({ request }: TestService, query = {}) {
  const response = await request.get('/payments').query(query);
  const { items, nextCursor } = response.body as { items: { orderId: string }[]; nextCursor: string | null };
  return { orderIds: items.map(({ orderId }) => orderId), nextCursor };
}

it('is empty at first', async () => {
  await using payments = await startTestService(app);
  const response = await payments.request.get('/payments');
  expect(response.status).toBe(200);
  expect(response.body).toEqual({ items: [], nextCursor: null });
});

it('gives the newest first, page by page', async () => {
  await using payments = await startTestService(app);
  const orderIds = ['o-1', 'o-2', 'o-3', 'o-4', 'o-5'];
  for (const orderId of orderIds) await pay(payments, orderId);

  const first = await page(payments, { limit: 2 });
  const second = await page(payments, { limit: 2, cursor: first.nextCursor });
  const third = await page(payments, { limit: 2, cursor: second.nextCursor });
  expect([first, second, third].map((each) => each.orderIds.length)).toEqual([2, 2, 1]);
  expect([first, second, third].flatMap((each) => each.orderIds)).toEqual(orderIds.reverse());
  expect(third.nextCursor).toBeNull();
});

it('ends with a full page where nothing comes after it', async () => {
  await using payments = await startTestService(app);
  for (const orderId of ['o-1', 'o-2']) await pay(payments, orderId);
  expect(await page(payments, { limit: 2 })).toMatchObject({ nextCursor: null });
});

it('does not move when a payment comes between two pages', async () => {
  await using payments = await startTestService(app);
  for (const orderId of ['o-1', 'o-2']) await pay(payments, orderId);
  const { nextCursor } = await page(payments, { limit: 1 });
  await pay(payments, 'o-3');
  expect(await page(payments, { limit: 1, cursor: nextCursor })).toEqual({ orderIds: ['o-1'], nextCursor: null });
});

it('has nothing after a cursor that it does not know', async () => {
  await using payments = await startTestService(app);
  await pay(payments, 'o-1');
  expect(await page(payments, { cursor: 'nothing' })).toEqual({ orderIds: [], nextCursor: null });
});

it.each([
  ['limit=0', 'limit'],
  ['limit=-1', 'limit'],
  ['limit=201', 'limit'],
  ['limit=1.5', 'limit'],
  ['limit=many', 'limit'],
  ['limit=1&limit=2', 'limit'],
  ['cursor=', 'cursor'],
  ['cursor=a&cursor=b', 'cursor'],
])('refuses `%s`', async (query, field) => {
  await using payments = await startTestService(app);
  const response = await payments.request.get(`/payments?${query}`);
  expect(response.status).toBe(400);
  expect(response.body).toMatchObject({ errors: [{ field }] });
});
