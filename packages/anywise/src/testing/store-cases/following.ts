import type { StoreCase } from '../store-case.js';
import { same } from '../same.js';
import { claim, claimOne, endLease, entry, finish, ids, leaseMs, makeDead } from './steps.js';

/** Claims of many messages at once: heads, and behind each what follows in its key. */
export const followingCases: readonly StoreCase[] = [
  {
    id: 'following-order',
    behaviour: 'claims the following messages of each key with its first one, in order of arrival',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('m1'), entry('b1', 'b'), entry('a2', 'a'), entry('a3', 'a')]);
      same(ids(await claim(store, { takesFollowing: true })), ['a1', 'm1', 'b1', 'a2', 'a3']);
      same(await claim(store, { takesFollowing: true }), []);
    },
  },
  {
    id: 'following-limit',
    behaviour: 'cuts a key at the limit, and claims the rest only when what was claimed has ended',
    run: async ({ store }) => {
      await store.inbox.add(['a1', 'a2', 'a3', 'a4'].map((id) => entry(id, 'a')));
      const first = await claim(store, { takesFollowing: true, limit: 3 });
      same(ids(first), ['a1', 'a2', 'a3']);
      same(await claim(store, { takesFollowing: true }), []);
      same(await store.begin({ readOnly: false }).commit({ claims: first }), true);
      same(ids(await claim(store, { takesFollowing: true })), ['a4']);
    },
  },
  {
    id: 'following-tried',
    behaviour: 'claims nothing behind a message that was tried before, nor from such a message on',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a')]);
      const tried = await claimOne(store);
      await store.inbox.fail(tried, { outcome: 'retry', retryInMs: 0, error: 'declined' });
      const again = await claim(store, { takesFollowing: true });
      same(ids(again), ['a1']);
      same(again[0]?.attempt, 2);
    },
  },
  {
    id: 'following-released',
    behaviour: 'claims what was released as if for the first time',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a')]);
      await store.inbox.release(await claim(store, { takesFollowing: true }));
      const again = await claim(store, { takesFollowing: true });
      same(
        again.map(({ id, attempt }) => [id, attempt]),
        [
          ['a1', 1],
          ['a2', 1],
        ],
      );
    },
  },
  {
    id: 'following-parked',
    behaviour: 'claims nothing behind a parked message of the key',
    run: async ({ store }) => {
      await makeDead(store, { id: 'a1', key: 'a' });
      await store.inbox.add([entry('a2', 'a'), entry('b1', 'b')]);
      same(ids(await claim(store, { takesFollowing: true })), ['b1']);
    },
  },
  {
    id: 'following-suspect',
    behaviour: 'claims one suspect alone, although more messages of its key were in hand',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a'), entry('b1', 'b')]);
      for (const each of await claim(store, { takesFollowing: true })) await endLease(store, each);
      for (const id of ['a1', 'a2', 'b1']) {
        const alone = await claim(store, { takesFollowing: true });
        same(
          alone.map(({ id, isSuspect, attempt }) => [id, isSuspect, attempt]),
          [[id, true, 1]],
        );
        for (const each of alone) await finish(store, each);
      }
    },
  },
  {
    id: 'following-fence',
    behaviour: 'finishes none of several messages if the lease of one was lost',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1'), entry('m2'), entry('m3')]);
      const claims = await claim(store, { takesFollowing: true });
      await store.inbox.release(claims.slice(1, 2));
      same(await store.begin({ readOnly: false }).commit({ claims }), false);
      same(ids(await store.inbox.extend(claims, leaseMs)), ['m2']);
      const left = claims.filter(({ id }) => id !== 'm2');
      same(await store.begin({ readOnly: false }).commit({ claims: left }), true);
      same(ids(await claim(store)), ['m2']);
    },
  },
  {
    id: 'following-two-claims',
    behaviour: 'claims each message once, and keeps the order of each key, when many claim at once',
    run: async ({ store }) => {
      const sent = Array.from({ length: 60 }, (_, index) => entry(`m${index}`, `k${index % 4}`));
      await store.inbox.add(sent);
      const claims = (
        await Promise.all(Array.from({ length: 6 }, () => claim(store, { takesFollowing: true, limit: 20 })))
      ).flat();
      same(new Set(ids(claims)).size, claims.length);
      for (const key of ['k0', 'k1', 'k2', 'k3']) {
        const own = sent.filter((each) => each.key === key).map(({ id }) => id);
        const got = claims.filter((each) => each.key === key).map(({ id }) => id);
        same(got, own.slice(0, got.length));
      }
    },
  },
];
