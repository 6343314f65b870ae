import { startTestService } from '@anywise/service/testing';
import { expect, it } from '@jest/globals';
import { app } from './app.js';

it.each([
  ['post', '/sample-things'],
  ['get', '/sample-things/1'],
  ['get', '/nowhere'],
] as const)('asks for a token at %s %s', async (method, path) => {
  await using sampleThings = await startTestService(app);
  const response = await sampleThings.anonymous[method](path);
  expect(response.status).toBe(401);
  expect(response.headers['www-authenticate']).toBe('Bearer realm="anywise"');
});

it('has nothing elsewhere', async () => {
  await using sampleThings = await startTestService(app);
  const response = await sampleThings.request.get('/nowhere');
  expect(response.status).toBe(404);
  expect(response.headers['content-type']).toMatch('application/problem+json');
});

it.each([
  ['/health/live', { status: 'live' }],
  ['/health/ready', { status: 'ready' }],
])('tells anybody at %s how it is', async (path, body) => {
  await using sampleThings = await startTestService(app);
  const response = await sampleThings.anonymous.get(path);
  expect(response.status).toBe(200);
  expect(response.body).toEqual({ ...body, service: 'sample-things', pid: process.pid });
});
