import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { describe, expect, it } from '@jest/globals';
import type { Store } from '../core/ports/store.js';
import type { StoreView } from '../core/ports/store-view.js';
import { quoted } from '../postgres/sql.js';
import { defaultDriver } from '../sqlite/client.js';
import { sqliteStore } from '../sqlite/store.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { fillPostgres, fillSqlite } from './filled-stores.js';
import { inTestStore, testPostgresUrl, withTestDatabase } from './test-postgres.js';

const count = 1_000_000;
const mostMs = 50;
const rounds = 20;
const patientMs = 3_600_000;

const isAsked = process.env.ANYWISE_TEST_MILLION !== undefined;
const why = isAsked ? '' : ' (skipped: it takes minutes; ask for it with ANYWISE_TEST_MILLION=1)';
const describeMillion = isAsked ? describe : describe.skip;

const page = { limit: 50 };

/** What tools ask for. */
const questions: Readonly<Record<string, (view: StoreView) => Promise<unknown>>> = {
  counts: (view) => view.counts(),
  'waiting messages': (view) => view.inbox({ state: 'waiting' }, page),
  'waiting messages of a listener': (view) => view.inbox({ state: 'waiting', listener: 'listener3' }, page),
  'running messages': (view) => view.inbox({ state: 'running' }, page),
  'dead letters': (view) => view.inbox({ state: 'dead' }, page),
  'the lane of a key': (view) => view.inbox({ listener: 'listener1', key: '1' }, page),
  'what waits behind keys': (view) => view.behind('listener1', ['1', '2', '3', '4', '5'], 100),
  'a message by its id': (view) => view.inbox({ id: 'handled77777' }, page),
  'the outbox': (view) => view.outbox({ state: 'waiting' }, page),
  'parked messages': (view) => view.outbox({ state: 'parked' }, page),
  'scheduled messages': (view) => view.outbox({ state: 'scheduled' }, page),
  'groups of dead letters': (view) => view.deadGroups(50),
  'a conversation': (view) => view.conversation('talk7777', 100),
  'a conversation by a message': (view) => view.conversation('ready77777', 100),
};

/** The best of some rounds, in milliseconds: other programs must not count. */
async function timesOf(store: Store): Promise<Record<string, number>> {
  const { view } = store;
  if (view === undefined) throw new Error('The store has no view.');
  const times: Record<string, number> = {};
  for (const [name, ask] of Object.entries(questions)) {
    const taken: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      await ask(view);
      taken.push(performance.now() - began);
    }
    times[name] = Math.round(Math.min(...taken) * 10) / 10;
  }
  return times;
}

function expectQuick(store: string, times: Readonly<Record<string, number>>): void {
  process.stdout.write(`${store}, milliseconds: ${JSON.stringify(times, undefined, 2)}\n`);
  expect(Object.entries(times).filter(([, ms]) => ms > mostMs)).toEqual([]);
}

describeMillion(`the view of a store with a million rows of each kind${why}`, () => {
  it(
    'answers at once on SQLite',
    () =>
      inTempFolder(async (folder) => {
        const path = join(folder, 'store.db');
        const store = sqliteStore({ path });
        await store.check();
        const client = (await defaultDriver())(path);
        fillSqlite((sql) => client.exec(sql), count);
        client.close();
        expectQuick('SQLite', await timesOf(store));
        await store.close();
      }),
    patientMs,
  );

  const itOnPostgres = testPostgresUrl === '' ? it.skip : it;
  itOnPostgres(
    'answers at once on PostgreSQL',
    () =>
      inTestStore(async ({ store, schema }) => {
        await withTestDatabase((database) =>
          fillPostgres((text) => database.query({ text, timeoutMs: patientMs }), quoted(schema), count),
        );
        expectQuick('PostgreSQL', await timesOf(store));
      }),
    patientMs,
  );
});
