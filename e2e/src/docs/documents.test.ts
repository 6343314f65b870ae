import { expect, it } from '@jest/globals';
import type { Express } from 'express';
import request from 'supertest';
import { importPage } from './import-page.js';

const { app } = (await importPage('docs/how-to/documents.md')) as { readonly app: Express };

it('serves the documents of the page', async () => {
  const open = await request(app).get('/openapi.json');
  expect(open.body).toMatchObject({
    info: { title: 'notes' },
    paths: {
      '/notes': { post: { operationId: 'addNote', responses: { 201: {}, 409: {} } } },
      '/notes/{noteId}': { get: { operationId: 'getNote', responses: { 200: {}, 404: {} } } },
    },
  });
  const messages = await request(app).get('/asyncapi.json');
  expect(messages.body).toMatchObject({ channels: { NotesAddNote: { address: 'notes.add-note' } } });
});
