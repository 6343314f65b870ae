import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { connectStore } from 'anywise/connect';
import { testEntry } from 'anywise/testing';
import type { Databases } from './databases/databases.js';
import { describeOnEachStore } from './databases/each-store.js';
import { openDatabases } from './databases/open.js';
import { startProgram } from './harness/program.js';

const letters = 20_000;
const kills = 5;

async function fill({ storeUrl }: Databases): Promise<void> {
  const store = await connectStore(storeUrl, { name: 'orders' });
  await store.check();
  const dead = Array.from({ length: letters }, (_, n) => testEntry({ id: `m${n}`, error: 'poison' }));
  for (let n = 0; n < letters; n += 1_000) await store.inbox.add(dead.slice(n, n + 1_000));
  await store.close();
}

async function killOperator({ storeUrl }: Databases): Promise<void> {
  const operator = startProgram(new URL('operator.ts', import.meta.url), { args: [storeUrl] });
  await operator.find((line) => line === 'up' || undefined);
  await delay(Math.random() * 200);
  await operator.kill('SIGKILL');
}

async function count(databases: Databases, sql: string): Promise<number> {
  const [row] = await databases.rows<{ readonly count: number }>('orders', sql);
  return Number(row?.count);
}

describeOnEachStore('what is done by hand', (kind) => {
  it('and its record are both there or neither, wherever the process is killed', async () => {
    await using databases = await openDatabases(kind);
    await fill(databases);
    for (let n = 0; n < kills; n++) await killOperator(databases);
    const replayed = await count(databases, "SELECT count(*) AS count FROM anywise_inbox WHERE state = 'ready'");
    const recorded = await count(databases, 'SELECT count(*) AS count FROM anywise_action');
    expect(recorded).toBe(replayed);
    expect(replayed).toBeGreaterThan(0);
    expect(replayed).toBeLessThan(letters);
  });
});
