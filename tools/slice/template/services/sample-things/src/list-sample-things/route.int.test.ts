import type { SampleThing } from '@anywise/contracts/sample-things';
import { startTestService, type TestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { app } from '../app.js';

async function create({ request }: TestService, count: number): Promise<void> {
  for (let i = 1; i <= count; i += 1) await request.post('/sample-things').send({ orderId: `o-${i}` });
}

async function page({ request }: TestService, query = {}) {
  const response = await request.get('/sample-things').query(query);
  return response.body as { items: SampleThing[]; nextCursor: string | null };
}

it('is empty at first', async () => {
  await using sampleThings = await startTestService(app);
  const response = await sampleThings.request.get('/sample-things');
  expect(response.status).toBe(200);
  expect(response.body).toEqual({ items: [], nextCursor: null });
});

it('gives the newest first, page by page', async () => {
  await using sampleThings = await startTestService(app);
  await create(sampleThings, 5);
  const { items: all } = await page(sampleThings);
  const times = all.map(({ createdAt }) => createdAt);
  expect(times).toEqual([...times].sort().reverse());

  const first = await page(sampleThings, { limit: 2 });
  const second = await page(sampleThings, { limit: 2, cursor: first.nextCursor });
  const third = await page(sampleThings, { limit: 2, cursor: second.nextCursor });
  expect([first, second, third].map(({ items }) => items.length)).toEqual([2, 2, 1]);
  expect([first, second, third].flatMap(({ items }) => items)).toEqual(all);
  expect(third.nextCursor).toBeNull();
});

it('has no next page after a full one that is the last', async () => {
  await using sampleThings = await startTestService(app);
  await create(sampleThings, 2);
  expect(await page(sampleThings, { limit: 2 })).toMatchObject({ nextCursor: null });
});

it.each([
  ['limit=0', 'limit'],
  ['limit=201', 'limit'],
  ['limit=many', 'limit'],
  ['cursor=', 'cursor'],
  ['cursor=nothing', 'cursor'],
])('refuses `%s`', async (query, field) => {
  await using sampleThings = await startTestService(app);
  const response = await sampleThings.request.get(`/sample-things?${query}`);
  expect(response.status).toBe(400);
  expect(response.body).toMatchObject({ errors: [{ field }] });
});
