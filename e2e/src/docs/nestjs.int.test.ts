import type { INestApplication } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { Anywise, type ContainerAdapter, type Query } from 'anywise';
import { eventually } from 'anywise/testing';
import { importPage } from './import-page.js';

interface Page {
  readonly createApp: () => Promise<INestApplication>;
  readonly GetNote: new (data: { readonly noteId: string }) => Query;
  readonly nestContainer: (modules: { get(id: unknown): unknown }) => ContainerAdapter;
  readonly Notebook: abstract new () => { readonly log: readonly string[] };
}

const page = (await importPage('docs/how-to/nestjs.md')) as Page;

async function start() {
  const app = await page.createApp();
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    app,
    async call(path: string, body?: unknown): Promise<readonly [number, unknown]> {
      const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
      const answer = await fetch(`${url}${path}`, body === undefined ? {} : json);
      return [answer.status, answer.status === 204 ? undefined : await answer.json()];
    },
    [Symbol.asyncDispose]: () => app.close(),
  };
}

describe('the page on NestJS', () => {
  it('serves notes through controllers, and its listeners get providers of the app', async () => {
    await using notes = await start();
    const note = { noteId: 'n-1', text: 'Buy milk' };
    expect(await notes.call('/health/ready')).toEqual([200, { status: 'ready' }]);
    expect(await notes.call('/notes', note)).toEqual([204, undefined]);
    expect(await notes.call('/notes/n-1')).toEqual([200, note]);
    expect(await notes.call('/notes/n-2')).toMatchObject([404, { message: 'Not Found' }]);
    await eventually(() => expect(notes.app.get(page.Notebook).log).toEqual(['Buy milk']));
  });

  it('answers what is not valid with a problem document', async () => {
    await using notes = await start();
    const answer = await notes.call('/notes', { noteId: 'n-1', text: '' });
    expect(answer).toMatchObject([400, { code: 'INVALID_MESSAGE', detail: expect.stringContaining('`text`') }]);
  });

  it('stops the bus with the app', async () => {
    const { app } = await start();
    const anywise = app.get(Anywise);
    const query = new page.GetNote({ noteId: 'n-1' });
    expect(await anywise.send(query)).toBeNull();
    await app.close();
    await expect(anywise.send(query)).rejects.toMatchObject({ code: 'NOT_RUNNING' });
  });

  it('names what no module provides', () => {
    class Missing {}
    const container = page.nestContainer({
      get(id) {
        throw new Error(`There is no ${(id as { name: string }).name} here.`);
      },
    });
    expect(container.verify([Missing])).toEqual(['NestJS: There is no Missing here.']);
  });
});
