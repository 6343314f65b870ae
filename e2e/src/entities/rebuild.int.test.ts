import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { parseEnvelope, type ProjectionRow, type Store } from 'anywise';
import { connectStore } from 'anywise/connect';
import { eventually, testEnvelope } from 'anywise/testing';
import type { Databases, StoreKind } from '../databases/databases.js';
import { describeOnEachStore } from '../databases/each-store.js';
import { openDatabases } from '../databases/open.js';
import { migrations } from './counter.js';
import { startCounting } from './start-counting.js';

const list = { name: 'counters.followed', version: 1 };
/** What there is to rebuild: as much as takes some batches. */
const before: Readonly<Record<StoreKind, number>> = { sqlite: 5_000, postgres: 1_000 };
/** What comes in meanwhile: 50 events every 50 ms are about 1,000 a second. */
const batch = 50;
const batches = 20;

/** Records the next events of a stream, as the counter of a service does. */
async function append(store: Store, id: string, from: number, count: number): Promise<void> {
  const events = Array.from({ length: count }, (_, index) => {
    const data = { id, n: from + index + 1 };
    const envelope = testEnvelope({ id: `${id}-${data.n}`, type: 'counters.incremented', subject: id, data });
    return { envelope, json: JSON.stringify(envelope) };
  });
  const transaction = store.begin({ readOnly: false });
  await transaction.log?.append([{ stream: `counters.counter/${id}`, expected: from, events }]);
  await transaction.commit();
}

async function fill(store: Store, count: number): Promise<void> {
  const ofEach = count / 10;
  for (let n = 0; n < 10; n++) await append(store, `old-${n}`, 0, ofEach);
}

async function comeIn(store: Store): Promise<void> {
  for (let n = 0; n < batches; n++) {
    await Promise.all([append(store, 'new', n * batch, batch), delay(50)]);
  }
}

async function newest(store: Store): Promise<ProjectionRow | undefined> {
  const rows = (await store.projections?.list()) ?? [];
  return rows.filter(({ name }) => name === list.name).at(-1);
}

async function caughtUp(store: Store): Promise<void> {
  await eventually(async () => {
    // The database has enough to do.
    await delay(50);
    const row = await newest(store);
    expect(row?.state).toBe('live');
    expect(row?.position).toBeGreaterThanOrEqual((await store.log?.last()) ?? 0);
  }, 120_000);
}

/** Waits until a rebuild has read some of the log. `false` if it was over before that was seen. */
async function isInTheMiddle(store: Store): Promise<boolean> {
  return eventually(async () => {
    const row = await newest(store);
    if (row?.state === 'live') return false;
    expect(row?.position).toBeGreaterThan(0);
    return true;
  }, 120_000);
}

/** Each event of the log as a row, in the order of the table. */
async function replay(databases: Databases): Promise<readonly string[]> {
  const sql = 'SELECT envelope FROM anywise_event';
  const events = await databases.rows<{ envelope: string }>('counters', sql);
  const rows = events.map(({ envelope }) => parseEnvelope(envelope).data as { id: string; n: number });
  return rows.map(({ id, n }) => `${id} ${n}`).sort();
}

describeOnEachStore('a rebuild that is killed in the middle while events come in', (kind) => {
  it('is gone on with by the next process, and ends with what a replay gives', async () => {
    await using databases = await openDatabases(kind);
    const start = () => startCounting(databases, join(databases.folder, 'no-tap'));
    const store = await connectStore(databases.storeUrl, { name: 'counters', migrations });
    let service = start();
    try {
      await service.find((line) => (line === 'up' ? line : undefined));
      await store.check('counters');
      await fill(store, before[kind]);
      await caughtUp(store);
      const coming = comeIn(store);
      do await store.projections?.rebuild(list);
      while (!(await isInTheMiddle(store)));
      await service.kill('SIGKILL');
      const left = await newest(store);
      expect(left?.state).toBe('building');
      service = start();
      await coming;
      await caughtUp(store);
      const { generation = 0 } = (await newest(store)) ?? {};
      expect(generation).toBe(left?.generation);
      const rows = await databases.rows<{ id: string; n: number }>(
        'counters',
        `SELECT id, n FROM followed_counted_v1_g${generation}`,
      );
      const found = rows.map(({ id, n }) => `${id} ${n}`).sort();
      expect(found).toEqual(await replay(databases));
      expect(found).toHaveLength(before[kind] + batch * batches);
    } finally {
      await service.kill('SIGKILL');
      await store.close();
    }
  });
});
