import { startTestService, type TestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { app } from '../app.js';

async function place({ request }: TestService, customerId: string): Promise<void> {
  await request.post('/orders').send({ customerId, amount: 1250, currency: 'EUR' });
}

async function page({ request }: TestService, query = {}) {
  const response = await request.get('/orders').query(query);
  const { items, nextCursor } = response.body as { items: { customerId: string }[]; nextCursor: string | null };
  return { customerIds: items.map(({ customerId }) => customerId), nextCursor };
}

it('is empty at first', async () => {
  await using orders = await startTestService(app);
  const response = await orders.request.get('/orders');
  expect(response.status).toBe(200);
  expect(response.body).toEqual({ items: [], nextCursor: null });
});

it('gives the newest first, page by page', async () => {
  await using orders = await startTestService(app);
  const customerIds = ['c-1', 'c-2', 'c-3', 'c-4', 'c-5'];
  for (const customerId of customerIds) await place(orders, customerId);

  const first = await page(orders, { limit: 2 });
  const second = await page(orders, { limit: 2, cursor: first.nextCursor });
  const third = await page(orders, { limit: 2, cursor: second.nextCursor });
  expect([first, second, third].map((each) => each.customerIds.length)).toEqual([2, 2, 1]);
  expect([first, second, third].flatMap((each) => each.customerIds)).toEqual(customerIds.reverse());
  expect(third.nextCursor).toBeNull();
});

it('ends with a full page where nothing comes after it', async () => {
  await using orders = await startTestService(app);
  for (const customerId of ['c-1', 'c-2']) await place(orders, customerId);
  expect(await page(orders, { limit: 2 })).toMatchObject({ nextCursor: null });
});

it('does not move when an order comes between two pages', async () => {
  await using orders = await startTestService(app);
  for (const customerId of ['c-1', 'c-2']) await place(orders, customerId);
  const { nextCursor } = await page(orders, { limit: 1 });
  await place(orders, 'c-3');
  expect(await page(orders, { limit: 1, cursor: nextCursor })).toEqual({ customerIds: ['c-1'], nextCursor: null });
});

it('has nothing after a cursor that it does not know', async () => {
  await using orders = await startTestService(app);
  await place(orders, 'c-1');
  expect(await page(orders, { cursor: 'nothing' })).toEqual({ customerIds: [], nextCursor: null });
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
  await using orders = await startTestService(app);
  const response = await orders.request.get(`/orders?${query}`);
  expect(response.status).toBe(400);
  expect(response.body).toMatchObject({ errors: [{ field }] });
});
