import { expect, it, jest } from '@jest/globals';
import { z } from 'zod';
import { memoryBroker } from '../../memory/transport.js';
import { memoryStore } from '../../memory/store.js';
import { startBus } from '../../test-support/start-bus.js';
import { eventually } from '../../testing/eventually.js';
import { contract } from '../message/contract.js';
import { event } from '../message/declare.js';
import type { BoundedCount } from '../ports/bounded-count.js';
import { on } from '../registry/on.js';
import { statusOf } from './status.js';

class Paid extends event('pay.paid', { data: z.object({ n: z.number() }), entityId: ({ n }) => String(n) }) {}
const hearing = {
  contracts: [contract('pay', { Paid })],
  items: [
    on(Paid)
      .named('ship')
      .listen(() => undefined),
  ],
};

/** A transport in which `lag` waits. */
function lagging(lag: (limit: number) => Promise<BoundedCount>) {
  const transport = memoryBroker().connect();
  const subscribe = transport.subscribe.bind(transport);
  transport.subscribe = async (options, receive) => ({ ...(await subscribe(options, receive)), lag });
  return transport;
}

it('tells what waits in the transport, and how wrong the clock is', async () => {
  const transport = lagging(async (limit) => ({ count: limit, isMore: true }));
  await using bus = await startBus({ ...hearing, store: memoryStore(), transport });
  await eventually(async () => {
    expect(await bus.status()).toMatchObject({ lag: { count: 1_000, isMore: true }, clockSkewMs: 0 });
  });
});

it.each([
  ['does not answer', () => new Promise<never>(() => undefined)],
  ['fails', () => Promise.reject(new Error('away'))],
])('tells what is in the store even if the transport %s', async (_, lag) => {
  const asked = jest.fn(async (_limit: number): Promise<BoundedCount> => lag());
  await using bus = await startBus({ ...hearing, store: memoryStore(), transport: lagging(asked) });
  const status = await bus.status();
  expect(status).toMatchObject({ inbox: { waiting: { count: 0 } } });
  expect(status).not.toHaveProperty('lag');
  expect(asked).toHaveBeenCalledWith(1_000);
});

const always = ['inbox', 'log', 'outbox', 'projections', 'saturated'];

it('tells nothing of transport and clock before the start, and where there is none', async () => {
  const store = memoryStore();
  const status = await statusOf(store, undefined);
  expect(Object.keys(status).sort()).toEqual(always);
  Reflect.deleteProperty(store, 'processes');
  await using bus = await startBus({ store });
  expect(Object.keys((await bus.status()) ?? {}).sort()).toEqual(always);
});

it('reads once more what was just counted for somebody else, if it may be that old', async () => {
  const store = memoryStore();
  let counted = 0;
  const status = store.inbox.status.bind(store.inbox);
  store.inbox.status = (limit) => {
    counted++;
    return status(limit);
  };
  await store.view?.counts();
  await statusOf(store, undefined, 10_000, 60_000);
  expect(counted).toBe(1);
  await statusOf(store, undefined, 10_000);
  expect(counted).toBe(2);
});
