import assert from 'node:assert/strict';
import { testEntry, testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-contract.js';
import { append, claim, claimOne, entry, finish, ids, leaseMs, pendingIds } from './steps.js';

export const inboxCases: readonly StoreCase[] = [
  {
    id: 'inbox-once',
    behaviour: 'takes a message in once, however often it comes, in one batch or in several',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1'), entry('m1')]);
      await store.inbox.add([entry('m1'), entry('m2')]);
      same(ids(await claim(store)), ['m1', 'm2']);
    },
  },
  {
    id: 'inbox-handled-once',
    behaviour: 'remembers a message that was handled',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      assert.equal(await finish(store, await claimOne(store)), true);
      await store.inbox.add([entry('m1')]);
      same(await claim(store), []);
    },
  },
  {
    id: 'inbox-identity',
    behaviour: 'keeps the messages of two listeners apart',
    run: async ({ store }) => {
      await store.inbox.add([testEntry({ id: 'm1', listener: 'one' }), testEntry({ id: 'm1', listener: 'two' })]);
      const claims = await store.inbox.claim({ listeners: ['one', 'two'], holder: 'h', limit: 10, leaseMs });
      same(claims.map(({ listener }) => listener).sort(), ['one', 'two']);
    },
  },
  {
    id: 'inbox-own-listeners',
    behaviour: 'claims only for the listeners that are asked for',
    run: async ({ store }) => {
      await store.inbox.add([testEntry({ id: 'm1', listener: 'unknown' })]);
      same(await claim(store), []);
    },
  },
  {
    id: 'inbox-key-order',
    behaviour: 'hands out the messages of one key one after the other, in the order in which they came',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a'), entry('b1', 'b')]);
      const heads = await claim(store);
      same(ids(heads), ['a1', 'b1']);
      same(await claim(store), []);
      for (const head of heads.slice(0, 1)) await finish(store, head);
      same(ids(await claim(store)), ['a2']);
    },
  },
  {
    id: 'inbox-key-limit',
    behaviour: 'keeps the order of a key when several claim with a small limit',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a'), entry('a3', 'a'), entry('b1', 'b')]);
      const claims = await Promise.all([1, 2, 3].map(() => claim(store, { limit: 1 })));
      same(ids(claims.flat()).sort(), ['a1', 'b1']);
    },
  },
  {
    id: 'inbox-no-key',
    behaviour: 'hands out messages without a key all at once',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1'), entry('m2'), entry('m3')]);
      assert.equal((await claim(store)).length, 3);
    },
  },
  {
    id: 'inbox-attempts',
    behaviour: 'counts an attempt when it is claimed, so that a message which kills its process is counted',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      assert.equal((await claimOne(store, { leaseMs: 1 })).attempt, 1);
      assert.equal((await eventually(() => claimOne(store))).attempt, 2);
    },
  },
  {
    id: 'inbox-fence',
    behaviour: 'refuses to finish a message for one whose lease has passed to another',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      const zombie = await claimOne(store, { leaseMs: 1 });
      const heir = await eventually(() => claimOne(store));
      assert.equal(await finish(store, zombie), false);
      assert.equal(await finish(store, heir), true);
    },
  },
  {
    id: 'inbox-extend',
    behaviour: 'lets a lease be extended while it is held, and tells when it is lost',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      const first = await claimOne(store, { leaseMs: 50 });
      same(await store.inbox.extend([first], leaseMs), []);
      same(await claim(store), []);
      await store.inbox.extend([first], 1);
      await eventually(() => claimOne(store));
      same(ids(await store.inbox.extend([first], leaseMs)), ['m1']);
    },
  },
  {
    id: 'inbox-retry',
    behaviour: 'makes a failed message wait, with its key, until its retry is due',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a')]);
      await store.inbox.fail(await claimOne(store), { retryInMs: 60, error: 'later' });
      same(await claim(store), []);
      const again = await eventually(() => claimOne(store));
      same({ id: again.id, attempt: again.attempt }, { id: 'a1', attempt: 2 });
    },
  },
  {
    id: 'inbox-free-retry',
    behaviour: 'does not count an attempt that failed for a reason outside of the message',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      await store.inbox.fail(await claimOne(store), { retryInMs: 0, error: 'unknown type', free: true });
      assert.equal((await eventually(() => claimOne(store))).attempt, 1);
    },
  },
  {
    id: 'inbox-park',
    behaviour: 'parks the key of a dead letter, so that its later messages wait',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a'), entry('b1', 'b')]);
      const poison = await claimOne(store, { limit: 1 });
      await store.inbox.fail(poison, { dead: 'park', error: 'poison' });
      same(ids(await claim(store)), ['b1']);
      assert.equal((await store.inbox.status()).dead, 1);
    },
  },
  {
    id: 'inbox-skip',
    behaviour: 'goes on with the key of a dead letter where that is asked for',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a')]);
      await store.inbox.fail(await claimOne(store), { dead: 'skip', error: 'poison' });
      same(ids(await claim(store)), ['a2']);
    },
  },
  {
    id: 'inbox-dead-on-arrival',
    behaviour: 'takes what cannot be read as a dead letter',
    run: async ({ store }) => {
      await store.inbox.add([testEntry({ id: 'm1', json: '{', dead: 'not JSON' })]);
      same(await claim(store), []);
      assert.equal((await store.inbox.status()).dead, 1);
    },
  },
  {
    id: 'inbox-fail-fence',
    behaviour: 'ignores the failure of one whose lease has passed to another',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      const zombie = await claimOne(store, { leaseMs: 1 });
      const heir = await eventually(() => claimOne(store));
      await store.inbox.fail(zombie, { dead: 'park', error: 'too late' });
      assert.equal(await finish(store, heir), true);
    },
  },
  {
    id: 'inbox-release',
    behaviour: 'gives a released message to the next, uncounted',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      await store.inbox.release([await claimOne(store)]);
      assert.equal((await claimOne(store)).attempt, 1);
    },
  },
  {
    id: 'inbox-with-outbox',
    behaviour: 'commits the end of a message together with the events it caused',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      const claimed = await claimOne(store);
      const transaction = store.begin({ readOnly: false });
      await transaction.append([testEnvelope({ id: 'caused' })], [testEntry({ id: 'own' })]);
      await transaction.finish(claimed);
      await transaction.commit();
      same(await pendingIds(store), ['caused']);
      same(ids(await claim(store)), ['own']);
    },
  },
  {
    id: 'inbox-clean',
    behaviour: 'deletes what was handled before the retention, and nothing else',
    run: async ({ store }) => {
      await store.inbox.add([entry('done'), entry('open')]);
      await finish(store, await claimOne(store));
      await store.clean(3_600_000);
      await store.inbox.add([entry('done')]);
      assert.equal((await store.inbox.status()).waiting, 0, 'a message within the retention was forgotten');
      await eventually(async () => {
        await store.clean(0);
        await store.inbox.add([entry('done')]);
        assert.equal((await store.inbox.status()).waiting, 1);
      });
    },
  },
  {
    id: 'inbox-watch',
    behaviour: 'tells watchers of messages that are taken in, and of events that are committed',
    run: async ({ store }) => {
      let calls = 0;
      const stop = store.watch(() => calls++);
      await store.inbox.add([entry('m1')]);
      await eventually(() => assert.ok(calls >= 1));
      const before = calls;
      await append(store, ['e1']);
      await eventually(() => assert.ok(calls > before));
      stop();
    },
  },
];
