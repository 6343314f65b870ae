import { startTestService, type TestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import type { Agent } from 'supertest';
import { app } from '../app.js';

const order = { orderId: 'o-1', amount: 1250, currency: 'EUR' };

function pay(as: Agent, key: string, body: object = order) {
  return as.post('/payments').set('idempotency-key', key).send(body);
}

async function count({ request }: TestService): Promise<number> {
  const response = await request.get('/payments');
  return (response.body as { items: unknown[] }).items.length;
}

it('gives the same key and body the same answer, and takes one payment', async () => {
  await using payments = await startTestService(app);
  const first = await pay(payments.request, 'k-1');
  const again = await pay(payments.request, 'k-1');
  expect(again.status).toBe(201);
  expect(again.body).toEqual(first.body);
  expect(again.headers.location).toBe(first.headers.location);
  expect(await count(payments)).toBe(1);
});

it('takes the fields in any order for the same body', async () => {
  await using payments = await startTestService(app);
  const first = await pay(payments.request, 'k-1');
  const again = await pay(payments.request, 'k-1', { currency: 'EUR', amount: 1250, orderId: 'o-1' });
  expect(again.body).toEqual(first.body);
});

it('takes one payment where the same request comes many times at once', async () => {
  await using payments = await startTestService(app);
  const answers = await Promise.all(Array.from({ length: 8 }, async () => pay(payments.request, 'k-1')));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 201));
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  expect(await count(payments)).toBe(1);
});

it('refuses a key that comes with another body', async () => {
  await using payments = await startTestService(app);
  await pay(payments.request, 'k-1');
  const response = await pay(payments.request, 'k-1', { ...order, amount: 1 });
  expect(response.status).toBe(409);
  expect(response.headers['content-type']).toMatch('application/problem+json');
  expect(response.body).toMatchInlineSnapshot(`
    {
      "code": "IDEMPOTENCY_CONFLICT",
      "detail": "This \`Idempotency-Key\` was used for another request: use a new one.",
      "status": 409,
      "title": "Conflict",
      "type": "about:blank",
    }
  `);
  expect(await count(payments)).toBe(1);
});

it('keeps the keys of users apart', async () => {
  await using payments = await startTestService(app);
  const ada = await pay(payments.request, 'k-1');
  const bob = await pay(await payments.as('bob'), 'k-1', { ...order, amount: 1 });
  expect(bob.status).toBe(201);
  expect(bob.body).not.toMatchObject({ paymentId: (ada.body as { paymentId: string }).paymentId });
});

it('does not remember a request that was refused', async () => {
  await using payments = await startTestService(app);
  const refused = await pay(payments.request, 'k-1', { ...order, amount: 0 });
  const mended = await pay(payments.request, 'k-1');
  expect([refused.status, mended.status]).toEqual([400, 201]);
});

it.each(['two words', 'größe', 'x'.repeat(256)])('refuses %j as a key', async (key) => {
  await using payments = await startTestService(app);
  const response = await pay(payments.request, key);
  expect(response.status).toBe(400);
  expect(await count(payments)).toBe(0);
});
