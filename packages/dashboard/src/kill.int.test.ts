import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, jest } from '@jest/globals';
import { eventually } from 'anywise/testing';
import { openDashboard } from './test-support/dashboard.js';
import { openShop } from './test-support/shop.js';
import { connectShopStore, storePlaces } from './test-support/stores.js';

jest.setTimeout(120_000);

const service = fileURLToPath(new URL('./test-support/killed-service.ts', import.meta.url));
const orders = Array.from({ length: 30 }, (_, index) => `o-${index}`);

/** Makes dead letters in a store, and gives the form that replays each. */
async function makeLetters(store: string): Promise<readonly Record<string, string>[]> {
  await using opened = await openDashboard({}, await connectShopStore(store));
  for (const order of orders) opened.shop.poison.add(order);
  await opened.pay(orders);
  const letters = await opened.store.deadLetters.list({}, { limit: 100 });
  return letters.map(({ listener, source, id }) => ({ service: 'orders', listener, source, id }));
}

/** Replays letters at once on the dashboard of a process that is killed after so many answers. Returns how many came. */
async function replayAndKill(store: string, forms: readonly Record<string, string>[], after: number): Promise<number> {
  const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@anywise/source', service, store], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  let replayed = 0;
  await Promise.allSettled(
    forms.map(async (form) => {
      const response = await fetch(`${url}/dead-letters/letter`, {
        method: 'POST',
        headers: { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
      });
      if ((await response.text()).includes('<h1>Replayed</h1>') && ++replayed === after) child.kill('SIGKILL');
    }),
  );
  expect(await exited).toEqual([null, 'SIGKILL']);
  return replayed;
}

describe.each(storePlaces)('a replay and its record on $kind', ({ make }) => {
  it.each([1, 5, 15])('are there or neither, if the process is killed after %d', async (after) => {
    await using place = make();
    const forms = await makeLetters(place.url);
    expect(forms).toHaveLength(orders.length);
    const answered = await replayAndKill(place.url, forms, after);

    const store = await connectShopStore(place.url);
    const { bus, handled } = openShop(store);
    await bus.start();
    const dead = await store.deadLetters.count({});
    const records = (await store.actions?.list({ limit: 100 })) ?? [];
    expect(records.every(({ what, count }) => what === 'dead-letters replay' && count === 1)).toBe(true);
    expect(records).toHaveLength(orders.length - dead);
    expect(new Set(records.map(({ target }) => target.id)).size).toBe(records.length);
    expect(answered).toBeLessThanOrEqual(records.length);
    // What the dead process had in hand is handled by this one.
    await eventually(async () => {
      const { inbox } = (await store.view?.counts()) ?? {};
      expect(inbox).toMatchObject({ waiting: { count: 0 }, running: { count: 0 }, dead: { count: dead } });
    });
    expect(new Set(handled).size).toBe(handled.length);
    await bus.stop();
  });
});
