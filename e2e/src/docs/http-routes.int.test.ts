import { expect, it } from '@jest/globals';
import type { Anywise } from 'anywise';
import type { Express } from 'express';
import request from 'supertest';
import { importPage } from './import-page.js';

// The page has a test of its own, which runs here too.
const { createBus, createApp, start } = (await importPage('docs/how-to/http-routes.md')) as {
  readonly createBus: () => Anywise;
  readonly createApp: (anywise: Anywise) => Express;
  readonly start: (port: number) => Promise<{ readonly url: string; readonly stop: () => Promise<void> }>;
};

async function startApp() {
  const anywise = createBus();
  await anywise.start();
  const app = createApp(anywise);
  return {
    ada: request.agent(app).set('authorization', 'Bearer secret-of-ada'),
    stranger: request.agent(app),
    [Symbol.asyncDispose]: () => anywise.stop(),
  };
}

it('answers probes without a token, and nothing else', async () => {
  await using app = await startApp();
  const statuses = await Promise.all(
    ['/health/live', '/health/ready', '/health', '/notes'].map(async (path) => (await app.stranger.get(path)).status),
  );
  expect(statuses).toEqual([200, 200, 200, 401]);
});

it('adds, shows, lists and deletes a note', async () => {
  await using app = await startApp();
  const added = await app.ada.post('/notes').send({ text: 'Buy milk' });
  const location = added.get('location') ?? '';
  expect(added.status).toBe(201);
  expect((await app.ada.get(location)).body).toEqual(added.body);
  expect((await app.ada.get('/notes?limit=100')).body).toContainEqual(added.body);
  expect((await app.ada.delete(location)).status).toBe(204);
  expect((await app.ada.get(location)).status).toBe(404);
});

it.each([
  ['an empty text', { text: '' }, 'text'],
  ['no text', {}, 'text'],
])('names the field of %s', async (_kind, body, field) => {
  await using app = await startApp();
  const answer = await app.ada.post('/notes').send(body);
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ errors: [{ field }] });
});

it('converts the text of a query string', async () => {
  await using app = await startApp();
  expect((await app.ada.get('/notes?limit=1')).status).toBe(200);
  expect((await app.ada.get('/notes?limit=many')).status).toBe(400);
});

it('words a domain error as the page shows it', async () => {
  await using app = await startApp();
  const answers = [];
  for (const text of ['one', 'two', 'three', 'four']) answers.push(await app.ada.post('/notes').send({ text }));
  for (const answer of answers) await app.ada.delete(answer.get('location') ?? '/notes/none');
  expect(answers.at(-1)?.body).toEqual({
    data: { limit: 3 },
    type: 'notes.notebook-full',
    title: 'Notebook full',
    status: 409,
    detail: 'A notebook holds 3 notes.',
  });
});

it('refuses another request under the same idempotency key', async () => {
  await using app = await startApp();
  const add = async (text: string) => app.ada.post('/notes').set('idempotency-key', 'k-2').send({ text });
  const { body } = (await add('Buy milk')) as { readonly body: { readonly noteId: string } };
  expect((await add('Buy bread')).status).toBe(409);
  await app.ada.delete(`/notes/${body.noteId}`);
});

it('listens on a port, and stops', async () => {
  const server = await start(0);
  expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  await server.stop();
  await expect(fetch(`${server.url}/health/ready`)).rejects.toThrow('fetch failed');
});
