import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, it } from '@jest/globals';
import { apisOf } from './apis.js';

const server = createServer(({ url, headers }, response) => {
  const isRight = url === '/openapi.json' && headers.authorization === 'Bearer t-1';
  response.statusCode = isRight ? 200 : 401;
  response.end(JSON.stringify(isRight ? { openapi: '3.1.1', servers: [{ url: '/' }] } : {}));
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;
afterAll(() => void server.close());

const running = { slice: 'orders', host: '127.0.0.1', port };

it('reads the documents of the services that run, and says where they are', async () => {
  const gone = { slice: 'payments', host: '127.0.0.1', port: 1 };
  expect(await apisOf([gone, running], 't-1')).toEqual([
    { openapi: '3.1.1', servers: [{ url: `http://127.0.0.1:${port}` }] },
  ]);
});

it('leaves out services that do not let it in', async () => {
  expect(await apisOf([running], 'another')).toEqual([]);
});
