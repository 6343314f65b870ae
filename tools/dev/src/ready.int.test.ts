import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { untilReady } from './ready.js';

let ready = false;
const server = createServer((_request, response) => {
  response.statusCode = ready ? 200 : 503;
  response.end('{"store":"locked"}');
});

afterEach(() => void server.close());

it('says once why a service is late, and waits on', async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const late: string[][] = [];
  await untilReady([{ slice: 'payments', port }], 0, (reasons) => {
    late.push(reasons);
    ready = true;
  });
  expect(late).toEqual([[`payments answers 503 on http://127.0.0.1:${port}/health/ready: {"store":"locked"}`]]);
});
