import { expect, it } from '@jest/globals';
import { withFreePorts } from './free-ports.js';
import { portProblems } from './problems.js';

it('chooses another free port for each endpoint that leaves it open, and keeps the others', async () => {
  const host = '127.0.0.1';
  const chosen = await withFreePorts([
    { slice: 'payments', host, port: 0 },
    { slice: 'orders', host, port: 3002 },
    { slice: 'todos', host, port: 0 },
  ]);
  const [payments, orders, todos] = chosen.map(({ port }) => port);
  expect(orders).toBe(3002);
  expect(new Set([0, payments, orders, todos]).size).toBe(4);
  expect(await portProblems(chosen.filter(({ slice }) => slice !== 'orders'))).toEqual([]);
});
