import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect, it } from '@jest/globals';
import { composeProblems, portProblem, portProblems } from './problems.js';

/** Why the service `orders` cannot use the port on which a server listens. */
async function problemWith(server: Server): Promise<string | undefined> {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const problem = await portProblem({ slice: 'orders', host: '127.0.0.1', port });
  server.close();
  return problem?.replaceAll(String(port), '<port>');
}

function serviceCalled(service: string): Server {
  return createHttpServer((_request, response) => response.end(JSON.stringify({ status: 'live', service, pid: 7 })));
}

it.each([
  [
    'the same service',
    () => serviceCalled('orders'),
    'the service `orders` (process 7). Is `pnpm dev` running already? Stop it',
  ],
  ['another service', () => serviceCalled('payments'), 'the service `payments` (process 7). Stop it'],
  [
    'another HTTP server',
    () => createHttpServer((_request, response) => response.end('hello')),
    'another HTTP server. Stop it',
  ],
  [
    'something that answers in its own way',
    () => createServer((socket) => void socket.on('error', () => undefined).end('220 mail ESMTP\r\n')),
    'a program that does not speak HTTP. Stop it',
  ],
  [
    'something that only listens',
    () => createServer((socket) => void socket.on('error', () => undefined).unref()),
    'a program that does not speak HTTP. Stop it',
  ],
])('tells who has the port, and what to do: %s', async (_who, start, text) => {
  expect(await problemWith(start())).toBe(
    `\`ORDERS_PORT\`: port <port> is taken by ${text}, or set \`ORDERS_PORT\` to a free port.`,
  );
});

it('accepts a free port, and port 0', async () => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  const free = { slice: 'orders', host: '127.0.0.1', port };
  expect(await portProblems([free, { ...free, port: 0 }, { ...free, slice: 'payments', port: 0 }])).toEqual([]);
});

it('reports two services that want the same port', async () => {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  const orders = { slice: 'orders', host: '127.0.0.1', port };
  const problems = await portProblems([orders, { ...orders, slice: 'late-fees' }]);
  expect(problems.map((problem) => problem.replaceAll(String(port), '<port>'))).toEqual([
    '`LATE_FEES_PORT`: port <port> is also the port of `orders`. Set `LATE_FEES_PORT` or `ORDERS_PORT` to a free port.',
  ]);
});

it('shows every problem on separate lines', () => {
  expect(composeProblems(['one', 'two\nthree'])).toBe('\n`pnpm dev` stopped:\n\n  one\n  two\n  three\n');
});
