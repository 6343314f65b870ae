import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { parseEnvelope } from 'anywise';
import { eventually } from 'anywise/testing';
import type { Databases, StoreKind } from '../databases/databases.js';
import { describeOnEachStore } from '../databases/each-store.js';
import { openDatabases } from '../databases/open.js';
import { withSeed } from '../harness/seeded-random.js';
import { startCounting } from './start-counting.js';

const kills: Readonly<Record<StoreKind, number>> = { sqlite: 12, postgres: 8 };

interface Logged {
  readonly stream: string;
  readonly version: number;
  readonly envelope: string;
}

interface Counted {
  readonly id: string;
  readonly place: number;
  readonly n: number;
}

describeOnEachStore('two processes that decide on the same entities and are killed again and again', (kind) => {
  it('leave no gap, and everything is heard once and in order, and is once in each read model', () =>
    withSeed(async (random) => {
      await using databases = await openDatabases(kind);
      const tap = join(databases.folder, 'tap');
      writeFileSync(tap, '');
      const eventsSql = 'SELECT stream, version, envelope FROM anywise_event ORDER BY seq';
      const events = async (): Promise<readonly Logged[]> =>
        databases.rows<Logged>('counters', eventsSql).catch(() => []);
      const processes = [startCounting(databases, tap), startCounting(databases, tap)];
      try {
        for (let n = 0; n < kills[kind]; n++) {
          const victim = n % 2;
          if (random() < 0.75) await processes[victim]?.find((line) => (line === 'up' ? line : undefined));
          await delay(random() * 400);
          await processes[victim]?.kill('SIGKILL');
          processes[victim] = startCounting(databases, tap);
        }
        const before = (await events()).length;
        await eventually(async () => expect((await events()).length).toBeGreaterThan(before + 60), 60_000);
        rmSync(tap);
        await Promise.all(processes.map((each) => each.find((line) => (line === 'quiet' ? line : undefined))));
        await expectAllOnce(databases, await events());
      } finally {
        await Promise.all(processes.map((each) => each.kill('SIGKILL')));
      }
    }));
});

async function expectAllOnce(databases: Databases, events: readonly Logged[]): Promise<void> {
  const ids = ['a', 'b', 'c'];
  const numbers = new Map(ids.map((id) => [id, events.filter(({ stream }) => stream === `counters.counter/${id}`)]));
  for (const own of numbers.values()) {
    const expected = own.map((_event, index) => index + 1);
    // In the order of the log, each decided on what was there.
    expect(own.map(({ version }) => version)).toEqual(expected);
    expect(own.map(({ envelope }) => (parseEnvelope(envelope).data as Counted).n)).toEqual(expected);
  }
  const inOrder = [...numbers].flatMap(([id, own]) => own.map((_event, index) => `${id} ${index + 1}`));
  await eventually(async () => {
    const heard = await databases.rows<Counted>('counters', 'SELECT id, n FROM heard ORDER BY id, place');
    expect(heard.map(({ id, n }) => `${id} ${n}`)).toEqual(inOrder);
  }, 60_000);
  for (const table of ['followed_counted_v1', 'inlined_counted_v1']) {
    const rows = await databases.rows<Counted>('counters', `SELECT id, n FROM ${table} ORDER BY id, n`);
    expect(rows.map(({ id, n }) => `${id} ${n}`)).toEqual(inOrder);
  }
  const totals = await databases.rows<Counted>('counters', 'SELECT id, n FROM total ORDER BY id');
  expect(totals.map(({ id, n }) => [id, n])).toEqual([...numbers].map(([id, own]) => [id, own.length]));
}
