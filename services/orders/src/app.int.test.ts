import { startTestService, type TestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { app } from './app.js';

const order = { customerId: 'c-1', amount: 1250, currency: 'EUR' };

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

const unsigned = `${encode({ alg: 'none' })}.${encode({ sub: 'ada', exp: 4_000_000_000 })}.`;

const refused: [kind: string, challenge: string, authorization: (service: TestService) => Promise<string>][] = [
  ['a forged token', 'invalid_token', async (service) => `Bearer ${await service.token({ secret: 'another' })}`],
  ['an expired token', 'invalid_token', async (service) => `Bearer ${await service.token({ expiresInSeconds: -60 })}`],
  ['a token that nobody signed', 'invalid_token', async () => `Bearer ${unsigned}`],
  ['another scheme', 'Bearer', async () => 'Basic YWRhOmFkYQ=='],
];

it.each(refused)('refuses %s, and does nothing', async (_kind, challenge, authorization) => {
  await using orders = await startTestService(app);
  const header = await authorization(orders);
  const response = await orders.anonymous.post('/orders').set('authorization', header).send(order);
  expect(response.status).toBe(401);
  expect(response.headers['www-authenticate']).toMatch(challenge);
  expect(response.headers['content-type']).toMatch('application/problem+json');
  const list = await orders.request.get('/orders');
  expect(list.body).toMatchObject({ items: [] });
});

it.each([
  ['post', '/orders'],
  ['get', '/orders'],
  ['get', '/orders/o-1'],
  ['get', '/nowhere'],
] as const)('asks for a token at %s %s', async (method, path) => {
  await using orders = await startTestService(app);
  const response = await orders.anonymous[method](path);
  expect(response.status).toBe(401);
  expect(response.headers['www-authenticate']).toBe('Bearer realm="anywise"');
});

it.each([
  ['get', '/nowhere'],
  ['delete', '/orders/o-1'],
  ['put', '/orders'],
] as const)('has nothing at %s %s', async (method, path) => {
  await using orders = await startTestService(app);
  const response = await orders.request[method](path);
  expect(response.status).toBe(404);
  expect(response.headers['content-type']).toMatch('application/problem+json');
});

it.each([
  ['/health/live', { status: 'live' }],
  ['/health/ready', { status: 'ready' }],
])('tells anybody at %s how it is', async (path, body) => {
  await using orders = await startTestService(app);
  const response = await orders.anonymous.get(path);
  expect(response.status).toBe(200);
  expect(response.body).toEqual({ ...body, service: 'orders', pid: process.pid });
});

it('is live but not ready once its bus has stopped, and takes no order', async () => {
  await using orders = await startTestService(app);
  await orders.service.stop();
  expect((await orders.anonymous.get('/health/live')).status).toBe(200);
  const ready = await orders.anonymous.get('/health/ready');
  expect(ready.status).toBe(503);
  expect(ready.body).toMatchObject({ reasons: ['the bus is stopped'] });
  expect((await orders.request.post('/orders').send(order)).status).toBe(503);
});

it('says nothing of what it is made of', async () => {
  await using orders = await startTestService(app);
  const response = await orders.request.get('/orders');
  expect(response.headers).not.toHaveProperty('x-powered-by');
});
