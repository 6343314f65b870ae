import assert from 'node:assert/strict';
import { testEntry } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { claim, claimOne, deadLetters, entry, finish, ids, makeDead } from './steps.js';

/** What happens to a message whose handling failed, and to those behind it. */
export const failureCases: readonly StoreCase[] = [
  {
    id: 'inbox-retry',
    behaviour: 'makes a failed message wait for its retry, and only the later messages with its key',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a'), entry('b1', 'b'), entry('without-key')]);
      await store.inbox.fail(await claimOne(store, { limit: 1 }), {
        outcome: 'retry',
        retryInMs: 3_600_000,
        error: 'later',
      });
      const others = await claim(store);
      same(ids(others), ['b1', 'without-key']);
      for (const other of others.slice(0, 1))
        await store.inbox.fail(other, { outcome: 'retry', retryInMs: 1, error: 'soon' });
      const again = await eventually(() => claimOne(store));
      same({ id: again.id, attempt: again.attempt }, { id: 'b1', attempt: 2 });
      same(await claim(store), []);
    },
  },
  {
    id: 'inbox-retry-first',
    behaviour: 'hands out a due retry, however many other messages have arrived',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      await store.inbox.fail(await claimOne(store), { outcome: 'retry', retryInMs: 0, error: 'later' });
      await store.inbox.add(Array.from({ length: 500 }, (_, n) => entry(`later${n}`)));
      await eventually(async () => assert.equal((await claimOne(store, { limit: 1 })).id, 'm1'));
    },
  },
  {
    id: 'inbox-retry-fraction',
    behaviour: 'accepts a retry delay that is not a whole number of milliseconds',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      await store.inbox.fail(await claimOne(store), { outcome: 'retry', retryInMs: 0.4, error: 'later' });
      assert.equal((await eventually(() => claimOne(store))).attempt, 2);
    },
  },
  {
    id: 'inbox-free-retry',
    behaviour: 'does not count an attempt that failed for an unrelated reason',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      for (const error of ['unknown type', 'still unknown']) {
        const claimed = await eventually(() => claimOne(store));
        await store.inbox.fail(claimed, { outcome: 'retry', retryInMs: 0, error, free: true });
      }
      assert.equal((await eventually(() => claimOne(store))).attempt, 1);
    },
  },
  {
    id: 'inbox-park',
    behaviour: 'parks the key of a dead letter, so that later messages with it wait',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a'), entry('b1', 'b')]);
      await store.inbox.fail(await claimOne(store, { limit: 1 }), { outcome: 'dead', onDead: 'park', error: 'poison' });
      await store.inbox.add([entry('a3', 'a')]);
      same(ids(await claim(store)), ['b1']);
      assert.equal((await deadLetters(store))[0]?.holdsUp, 'key');
    },
  },
  {
    id: 'inbox-park-no-key',
    behaviour: 'blocks nothing for a dead letter without a key',
    run: async ({ store }) => {
      await makeDead(store, { id: 'm1' }, { onDead: 'park' });
      await store.inbox.add([entry('m2'), entry('a1', 'a')]);
      same(ids(await claim(store)), ['m2', 'a1']);
      assert.equal((await deadLetters(store))[0]?.holdsUp, 'nothing');
    },
  },
  {
    id: 'inbox-skip',
    behaviour: 'continues with the key of a dead letter if asked to',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a')]);
      await store.inbox.fail(await claimOne(store), { outcome: 'dead', onDead: 'skip', error: 'poison' });
      same(ids(await claim(store)), ['a2']);
      assert.equal((await deadLetters(store))[0]?.holdsUp, 'nothing');
    },
  },
  {
    id: 'inbox-block',
    behaviour: 'stops a whole listener behind a dead letter if asked to, and no other listener',
    run: async ({ store }) => {
      const listeners = ['blocked', 'other'];
      await makeDead(store, { id: 'poison', listener: 'blocked', key: 'a' }, { onDead: 'block' });
      await store.inbox.add(
        listeners.flatMap((listener) => [
          testEntry({ listener, id: 'a1', key: 'a' }),
          testEntry({ listener, id: 'b1', key: 'b' }),
          testEntry({ listener, id: 'without-key' }),
        ]),
      );
      const claims = await claim(store, { listeners });
      same(
        claims.map(({ listener, id }) => [listener, id]),
        [
          ['other', 'a1'],
          ['other', 'b1'],
          ['other', 'without-key'],
        ],
      );
      assert.equal((await deadLetters(store))[0]?.holdsUp, 'listener');
    },
  },
  {
    id: 'inbox-block-in-hand',
    behaviour: 'lets a blocked listener finish the messages in hand, and holds those it lost until it resumes',
    run: async ({ store }) => {
      await store.inbox.add([entry('poison', 'a'), entry('b1', 'b'), entry('c1', 'c')]);
      const [poison, second, third] = await claim(store);
      assert.ok(poison !== undefined && second !== undefined && third !== undefined, 'too little was found');
      await store.inbox.fail(poison, { outcome: 'dead', onDead: 'block', error: 'poison' });
      assert.equal(await finish(store, second), true);
      await store.inbox.release([third]);
      same(await claim(store), []);
      assert.equal(await store.deadLetters.discard({ id: 'poison' }), 1);
      same(ids(await claim(store)), ['c1']);
    },
  },
];
