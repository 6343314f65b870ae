import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { untilReady } from './ready.js';

let answer: { readonly status: number; readonly body: string };
const server = createServer((_request, response) => {
  response.statusCode = answer.status;
  response.end(answer.body);
});

afterEach(() => void server.close());

const own = { service: 'payments', pid: 7 };

/** Waits for process 7 to be ready as `payments`, and returns the reasons given while it was late. */
async function tellsWhenLate(status: number, body: string): Promise<string[]> {
  answer = { status, body };
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const given: string[] = [];
  const endpoint = { slice: 'payments', host: '127.0.0.1', port, isProcess: (pid: number) => pid === 7 };
  await untilReady([endpoint], 0, (reasons) => {
    given.push(...reasons);
    answer = { status: 200, body: JSON.stringify({ status: 'ready', ...own }) };
  });
  return given.map((reason) => reason.replaceAll(String(port), '<port>'));
}

it.each([
  [
    503,
    JSON.stringify({ reasons: ['the store cannot be reached', 'the outbox is stuck'], ...own }),
    'payments is not ready: the store cannot be reached, the outbox is stuck',
  ],
  [503, JSON.stringify(own), 'payments is not ready: {"service":"payments","pid":7}'],
  [
    200,
    JSON.stringify({ status: 'ready', service: 'payments', pid: 8 }),
    'payments does not answer on http://127.0.0.1:<port>/health/ready, but the service `payments` (process 8) does',
  ],
  [
    200,
    JSON.stringify({ status: 'ready', service: 'orders', pid: 7 }),
    'payments does not answer on http://127.0.0.1:<port>/health/ready, but the service `orders` (process 7) does',
  ],
  [
    200,
    JSON.stringify({ status: 'ready' }),
    'payments does not answer on http://127.0.0.1:<port>/health/ready, but another HTTP server does',
  ],
  [
    200,
    '<html></html>',
    'payments does not answer on http://127.0.0.1:<port>/health/ready, but another HTTP server does',
  ],
])('waits on, and says why once, where %i %s answers', async (status, body, reason) => {
  expect(await tellsWhenLate(status, body)).toEqual([reason]);
});
