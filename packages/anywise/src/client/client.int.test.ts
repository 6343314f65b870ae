import { expect, it } from '@jest/globals';
import express from 'express';
import { z } from 'zod';
import { memoryStore } from '../memory/index.js';
import { command, query } from '../core/message/declare.js';
import { domainError } from '../core/message/domain-error.js';
import { on } from '../core/registry/on.js';
import { openapi } from '../docs/openapi.js';
import { listen } from '../http/listen.js';
import { notFound, problems } from '../express/problems.js';
import { route } from '../express/route.js';
import { routes } from '../express/routes.js';
import { startBus } from '../test-support/start-bus.js';
import { contract } from '../core/message/contract.js';
import { createClient } from './client.js';
import { routesIn } from './routes.js';

const Note = z.object({ noteId: z.string(), text: z.string() });
class TooLong extends domainError('notes.too-long', { data: z.object({ most: z.int() }), message: () => 'too long' }) {}
class Add extends command('notes.add', { data: z.object({ text: z.string() }), reply: Note, errors: [TooLong] }) {}
class Get extends query('notes.get', { data: z.object({ noteId: z.string() }), reply: Note.nullable() }) {}

it('sends messages to the routes of a bus, and gets their replies, errors and nothing', async () => {
  const notes = new Map<string, z.infer<typeof Note>>();
  const add = on(Add).handle(async ({ text }) => {
    if (text.length > 10) throw new TooLong({ most: 10 });
    const note = { noteId: `n/${notes.size + 1}`, text };
    notes.set(note.noteId, note);
    return note;
  });
  const get = on(Get).handle(async ({ noteId }) => notes.get(noteId) ?? null);
  const contracts = [contract('notes', { Add, Get })];
  await using bus = await startBus({ name: 'notes', contracts, items: [add, get], store: memoryStore() });
  const served = [
    route('post', '/notes', Add, { status: 201, idempotencyKey: true }),
    route('get', '/notes/:noteId', Get),
  ];
  const app = express()
    .use(routes(bus, served, { idempotencyScope: () => 'ada' }))
    .use(notFound(), problems({ onError: () => undefined }));
  await using server = await listen(app, { port: 0 });
  const byDocument = routesIn(openapi(served, { version: '1' }));

  for (const [index, clientRoutes] of [served, byDocument].entries()) {
    const client = createClient({ url: server.url, routes: clientRoutes });
    const note = await client.send(new Add({ text: 'Buy milk' }), { idempotencyKey: `k-${index}` });
    expect(note).toEqual({ noteId: `n/${index + 1}`, text: 'Buy milk' });
    expect(await client.send(new Add({ text: 'Buy milk' }), { idempotencyKey: `k-${index}` })).toEqual(note);
    await expect(client.send(new Add({ text: 'Buy more' }), { idempotencyKey: `k-${index}` })).rejects.toMatchObject({
      code: 'IDEMPOTENCY_CONFLICT',
    });
    expect(await client.send(new Get({ noteId: note.noteId }))).toEqual(note);
    expect(await client.send(new Get({ noteId: 'unknown' }))).toBeNull();
    await expect(client.send(new Add({ text: 'A very long note' }))).rejects.toBeInstanceOf(TooLong);
  }
  expect(notes.size).toBe(2);
  const elsewhere = createClient({ url: `${server.url}/elsewhere`, routes: served });
  await expect(elsewhere.send(new Get({ noteId: 'n/1' }))).rejects.toMatchObject({ status: 404 });
  await server.close();
  const away = createClient({ url: server.url, routes: served, retries: 0 });
  await expect(away.send(new Get({ noteId: 'n/1' }))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
});
