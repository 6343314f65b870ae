import assert from 'node:assert/strict';
import type { ActionRecord, Actions } from '../../core/ports/actions.js';
import type { Store } from '../../core/ports/store.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { append, makeDead, relayLease, schedule, settle, type Outcome } from './steps.js';

const hour = { delayMs: 3_600_000 };
const tooBig: Outcome = { outcome: 'parked', error: 'too big' };

function actionsOf({ actions }: Store): Actions {
  assert.ok(actions !== undefined, 'it keeps no audit');
  return actions;
}

async function recorded(store: Store): Promise<Omit<ActionRecord, 'seq' | 'at'>[]> {
  const records = await actionsOf(store).list({ limit: 100 });
  return records.map(({ seq: _seq, at: _at, ...record }) => record);
}

/** The audit of what was done by hand. */
export const actionCases: readonly StoreCase[] = [
  {
    id: 'actions-letters',
    behaviour: 'records who replayed, edited and discarded dead letters, which ones and how many, the newest first',
    needs: ['observable'],
    run: async ({ store }) => {
      for (const id of ['a', 'b', 'c']) await makeDead(store, { id });
      const ref = { listener: 'listener', source: '/test', id: 'a' };
      assert.equal(await store.deadLetters.edit(ref, '{}', 'ada'), true);
      assert.equal(await store.deadLetters.replay({ id: 'a', type: undefined }, 'ada'), 1);
      assert.equal(await store.deadLetters.discard({ listener: 'listener', upTo: 1_000_000 }, 'bob'), 2);
      same(await recorded(store), [
        { who: 'bob', what: 'dead-letters discard', target: { listener: 'listener', upTo: 1_000_000 }, count: 2 },
        { who: 'ada', what: 'dead-letters replay', target: { id: 'a' }, count: 1 },
        { who: 'ada', what: 'dead-letters edit', target: ref, count: 1 },
      ]);
    },
  },
  {
    id: 'actions-nul',
    behaviour: 'records what was done to a message whose id databases cannot keep as it is',
    needs: ['observable'],
    run: async ({ store }) => {
      await makeDead(store, { id: 'a\\u0000b' });
      const ref = { listener: 'listener', source: '/test', id: 'a\0b' };
      const isEdited = await store.deadLetters.edit(ref, '{}', 'ada');
      const replayed = await store.deadLetters.replay({ id: ref.id }, 'ada');
      const records = await recorded(store);
      assert.equal(records.length, Number(isEdited) + replayed, 'each of what was done is recorded');
      for (const { who, target } of records) same([who, target.id], ['ada', 'a\\u0000b']);
    },
  },
  {
    id: 'actions-outbox',
    behaviour: 'records who retried and discarded parked events, and who cancelled and ran scheduled messages',
    needs: ['observable'],
    run: async ({ store }) => {
      await append(store, ['a', 'b', 'c']);
      await settle(store, await relayLease(store, 'a'), { a: tooBig, b: tooBig, c: tooBig });
      await schedule(store, 'later', hour);
      await schedule(store, 'never', hour);
      assert.equal(await store.parked.discard('a', 'ada'), true);
      assert.equal(await store.parked.retry('b', 'ada'), 1);
      assert.equal(await store.parked.retry(undefined, 'ada'), 1);
      assert.equal(await store.scheduled.cancel('never', 'bob'), true);
      assert.equal(await store.scheduled.runNow('later', 'bob'), true);
      same(await recorded(store), [
        { who: 'bob', what: 'scheduled run', target: { id: 'later' }, count: 1 },
        { who: 'bob', what: 'scheduled cancel', target: { id: 'never' }, count: 1 },
        { who: 'ada', what: 'outbox retry', target: {}, count: 1 },
        { who: 'ada', what: 'outbox retry', target: { id: 'b' }, count: 1 },
        { who: 'ada', what: 'outbox discard', target: { id: 'a' }, count: 1 },
      ]);
    },
  },
  {
    id: 'actions-nothing',
    behaviour: 'records nothing if nothing changed, or if it is not told who acts',
    needs: ['observable'],
    run: async ({ store }) => {
      await makeDead(store, { id: 'a' });
      assert.equal(await store.deadLetters.replay({ id: 'b' }, 'ada'), 0);
      assert.equal(
        await store.deadLetters.edit({ listener: 'listener', source: '/test', id: 'b' }, '{}', 'ada'),
        false,
      );
      assert.equal(await store.deadLetters.replay({ id: 'a' }), 1);
      assert.equal(await store.parked.retry(undefined, 'ada'), 0);
      assert.equal(await store.parked.discard('b', 'ada'), false);
      assert.equal(await store.scheduled.cancel('b', 'ada'), false);
      assert.equal(await store.scheduled.runNow('b', 'ada'), false);
      same(await recorded(store), []);
    },
  },
  {
    id: 'actions-once',
    behaviour: 'gives a dead letter that two replay at once to one of them, and records that one alone',
    needs: ['observable'],
    run: async ({ store }) => {
      await makeDead(store, { id: 'a' });
      const counts = await Promise.all(['ada', 'bob'].map((who) => store.deadLetters.replay({ id: 'a' }, who)));
      same([...counts].sort(), [0, 1]);
      const [only, ...others] = await recorded(store);
      same([only?.who, others.length], [counts[0] === 1 ? 'ada' : 'bob', 0]);
    },
  },
  {
    id: 'actions-pages',
    behaviour: 'lists its records page by page, and takes any text for a name',
    needs: ['observable'],
    run: async ({ store }) => {
      for (const id of ['a', 'b', 'c']) {
        await makeDead(store, { id });
        await store.deadLetters.discard({ id }, `${id} '"\\ 🚀`);
      }
      const [first, second] = await actionsOf(store).list({ limit: 2 });
      same([first?.who, second?.who], [`c '"\\ 🚀`, `b '"\\ 🚀`]);
      const rest = await actionsOf(store).list({ limit: 2, before: second?.seq });
      same(
        rest.map(({ who }) => who),
        [`a '"\\ 🚀`],
      );
      assert.ok(first !== undefined && Math.abs(first.at - Date.now()) < 86_400_000);
    },
  },
  {
    id: 'scheduled-run-now',
    behaviour: 'hands out a scheduled message that is told to run now, with no other before it is due',
    needs: ['observable'],
    run: async ({ store }) => {
      await schedule(store, 'later', hour);
      await schedule(store, 'much-later', hour);
      assert.equal(await store.scheduled.runNow('later'), true);
      assert.equal(await store.scheduled.runNow('later'), false);
      same(
        (await store.outbox.sendable(10)).rows.map(({ envelope }) => envelope?.id),
        ['later'],
      );
      assert.equal(await store.scheduled.runNow('later'), false);
      assert.equal(await store.scheduled.cancel('later'), false);
      assert.equal(await store.scheduled.cancel('much-later'), true);
      same(await store.scheduled.list(10), []);
    },
  },
];
