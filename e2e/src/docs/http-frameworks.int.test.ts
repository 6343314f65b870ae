import { expect, it } from '@jest/globals';
import type { Anywise } from 'anywise';
import type { HttpServer } from 'anywise/express';
import { importPage } from './import-page.js';

type Serve = (anywise: Anywise, port: number) => Promise<HttpServer>;

it.each(['Fastify', 'Hono'])('the page on %s serves notes to those with a token', async (framework) => {
  const page = (await importPage(`docs/how-to/${framework.toLowerCase()}.md`)) as {
    readonly createBus: () => Anywise;
    readonly [serve: `serve${string}`]: Serve | undefined;
  };
  const anywise = page.createBus();
  await anywise.start();
  const server = await page[`serve${framework}`]?.(anywise, 0);
  const call = async (path: string, init: RequestInit = {}): Promise<readonly [number, unknown]> => {
    const answer = await fetch(`${server?.url}${path}`, init);
    return [answer.status, await answer.json()];
  };
  const authorization = 'Bearer secret-of-ada';
  const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': 'k-1' };
  const add = () => call('/notes', { method: 'POST', headers, body: '{"text":"Buy milk"}' });
  const note = { noteId: 'n-0', text: 'Buy milk' };

  expect(await call('/health/ready')).toEqual([200, { status: 'ready' }]);
  expect(await call('/notes/n-0')).toMatchObject([401, { detail: 'Send a valid bearer token.' }]);
  expect([await add(), await add()]).toEqual([
    [201, note],
    [201, note],
  ]);
  expect(await call('/notes/n-0', { headers: { authorization } })).toEqual([200, note]);
  expect(await call('/notes/n-1', { headers: { authorization } })).toMatchObject([404, { detail: 'Not found.' }]);
  await server?.close();
  await anywise.stop();
});
