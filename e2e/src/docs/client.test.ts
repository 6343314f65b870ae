import { expect, it } from '@jest/globals';
import {
  Anywise,
  contract,
  MessageRegistry,
  memoryStore,
  on,
  type Command,
  type MessageStatics,
  type Target,
} from 'anywise';
import type { Client } from 'anywise/client';
import { listen, problems, route, routes } from 'anywise/express';
import express from 'express';
import { importPage } from './import-page.js';

const page = (await importPage('docs/how-to/client.md')) as {
  readonly AddNote: Target<Command & { readonly text: string }>;
  readonly GetNote: Target<Command>;
  readonly TooLong: new (data: { readonly most: number }) => Error;
  readonly connectTo: (url: string, token: () => string) => Client;
  readonly addNote: (client: Client, text: string) => Promise<string>;
};

it('adds the note of the page, and tells what is wrong', async () => {
  const { AddNote, GetNote, TooLong, connectTo, addNote } = page;
  const notes = contract('notes', { AddNote, GetNote });
  const handler = on(AddNote).handle(async ({ text }) => {
    if (text.length > 10) throw new TooLong({ most: 10 });
    return { noteId: 'n-1', text };
  });
  const nothing = on(GetNote).handle(async () => null);
  const registry = new MessageRegistry('notes').register(handler, nothing);
  const anywise = new Anywise({ name: 'notes', contracts: [notes], registries: [registry], store: memoryStore() });
  await anywise.start();
  const app = express().use((request, response, next) => {
    if (request.get('authorization') === 'Bearer ada') next();
    else response.status(401).type('application/problem+json').send('{"status":401}');
  });
  const served = [
    route('post', '/notes', AddNote as unknown as typeof Command & MessageStatics<string, object>, {
      idempotencyKey: true,
    }),
  ];
  app.use(routes(anywise, served, { idempotencyScope: () => 'ada' }), problems());
  await using server = await listen(app, { port: 0 });

  try {
    const client = connectTo(server.url, () => 'ada');
    expect(await addNote(client, 'Buy milk')).toBe('Added n-1.');
    expect(await addNote(client, 'Buy milk and bread')).toBe('Not added: at most 10 characters.');
    expect(
      await addNote(
        connectTo(server.url, () => 'eve'),
        'Buy milk',
      ),
    ).toBe('Please sign in.');
  } finally {
    await anywise.stop();
  }
});
