import assert from 'node:assert/strict';
import type { Claim, InboxEntry } from '../../core/ports/inbox.js';
import type { Store } from '../../core/ports/store.js';
import { testEntry } from '../envelopes.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { claim, claimOne, claimOptions, entry, finish, ids, makeDead } from './steps.js';

function take(store: Store, entries: readonly InboxEntry[], limit = 10): Promise<readonly Claim[]> {
  return store.inbox.add(entries, claimOptions({ limit }));
}

/** A store may claim fewer messages on arrival than it could; together with the next claim it must be all of them. */
async function takeAndClaim(store: Store, entries: readonly InboxEntry[]): Promise<string[]> {
  return ids([...(await take(store, entries)), ...(await claim(store))]).sort();
}

/** Messages that are claimed on arrival. */
export const intakeClaimCases: readonly StoreCase[] = [
  {
    id: 'intake-heads',
    behaviour: 'claims on arrival only the first message of a key, and the next once that is handled',
    run: async ({ store }) => {
      const entries = [entry('a1', 'a'), entry('a2', 'a'), entry('b1', 'b'), entry('free')];
      const first = await take(store, entries);
      const all = [...first, ...(await claim(store))];
      same(ids(all).sort(), ['a1', 'b1', 'free']);
      for (const each of all) assert.equal(await finish(store, each), true);
      same(ids(await claim(store)), ['a2']);
    },
  },
  {
    id: 'intake-behind',
    behaviour: 'claims nothing on arrival behind an earlier message with its key',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('b1', 'b')]);
      const running = await claimOne(store, { limit: 1 });
      await makeDead(store, { id: 'b1', key: 'b' });
      same(await take(store, [entry('a2', 'a'), entry('b2', 'b')]), []);
      same(await claim(store), []);
      assert.equal(await finish(store, running), true);
      same(ids(await claim(store)), ['a2']);
    },
  },
  {
    id: 'intake-known',
    behaviour: 'claims no known message on arrival, whatever its state',
    run: async ({ store }) => {
      await store.inbox.add([entry('done'), entry('running'), entry('ready', 'k')]);
      for (const each of await claim(store, { limit: 1 })) assert.equal(await finish(store, each), true);
      same(ids(await claim(store, { limit: 1 })), ['running']);
      same(await take(store, [entry('done'), entry('running'), entry('ready', 'k')]), []);
      same(ids(await claim(store)), ['ready']);
    },
  },
  {
    id: 'intake-twice',
    behaviour: 'claims a message once that arrives twice in one batch',
    run: async ({ store }) => {
      same(await takeAndClaim(store, [entry('m1', 'k'), entry('m1', 'k'), entry('m2')]), ['m1', 'm2']);
    },
  },
  {
    id: 'intake-dead',
    behaviour:
      'claims nothing on arrival that can never be handled, nor for a listener that is blocked or not requested',
    run: async ({ store }) => {
      const claims = await take(store, [
        testEntry({ id: 'unreadable', error: 'not JSON' }),
        testEntry({ id: 'm1', listener: 'another' }),
      ]);
      same(claims, []);
      await makeDead(store, { id: 'block' }, { onDead: 'block' });
      same(await takeAndClaim(store, [entry('m1')]), []);
    },
  },
  {
    id: 'intake-limit',
    behaviour: 'claims no more on arrival than requested, the oldest first',
    run: async ({ store }) => {
      const entries = ['m1', 'm2', 'm3', 'm4'].map((id) => entry(id));
      same(await take(store, entries.slice(0, 1), 0), []);
      const claims = await take(store, entries.slice(1), 2);
      assert.equal(claims.length <= 2, true, `${claims.length} were claimed`);
      same(ids([...claims, ...(await claim(store))]).sort(), ['m1', 'm2', 'm3', 'm4']);
    },
  },
  {
    id: 'intake-claim',
    behaviour: 'returns the same from a claim on arrival as from a later one: content, attempt, and a lease of its own',
    run: async ({ store }) => {
      const taken = await take(store, [entry('m1', 'k')]);
      const [claimed] = taken.length > 0 ? taken : await claim(store);
      const { json } = entry('m1', 'k');
      const { seq = 0, lease = '', isSuspect = false, ...content } = claimed ?? {};
      assert.equal(isSuspect, false);
      same(content, {
        listener: 'listener',
        source: '/test',
        id: 'm1',
        type: 'test.happened',
        key: 'k',
        json,
        attempt: 1,
      });
      assert.equal(seq > 0 && lease !== '', true, `seq ${seq}, lease ${lease}`);
      assert.equal(claimed !== undefined && (await finish(store, claimed)), true);
    },
  },
  {
    id: 'intake-lease',
    behaviour: 'makes a message due again when its lease from arrival ends, and fences off the old claim',
    run: async ({ store }) => {
      const [zombie] = await store.inbox.add([entry('m1')], claimOptions({ leaseMs: 0 }));
      const again = await claimOne(store);
      assert.equal(again.isSuspect, zombie !== undefined);
      if (zombie !== undefined) assert.equal(await finish(store, zombie), false);
      assert.equal(await finish(store, again), true);
    },
  },
];
