import assert from 'node:assert/strict';
import type { Claim, InboxEntry } from '../../core/ports/inbox.js';
import type { Store } from '../../core/ports/store.js';
import { testEntry } from '../envelopes.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { claim, claimOne, claimOptions, entry, finish, ids, makeDead } from './steps.js';

/** As a batch listener is given what arrives for it: heads, and behind each what follows in its key. */
function takeLine(store: Store, entries: readonly InboxEntry[], limit = 10): Promise<readonly Claim[]> {
  return store.inbox.add(entries, claimOptions({ limit, takesFollowing: true }));
}

/** Ends what was claimed, and what can be claimed then, until nothing is left: the messages in that order. */
async function finishLine(store: Store, claims: readonly Claim[]): Promise<string[]> {
  const ended: string[] = [];
  for (let line = claims; line.length > 0; line = await claim(store, { takesFollowing: true })) {
    assert.equal(await store.begin({ readOnly: false }).commit({ claims: line }), true);
    ended.push(...ids(line));
  }
  return ended;
}

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
  {
    id: 'intake-following',
    behaviour: 'claims on arrival, with the first message of a key, only what follows it, in order',
    run: async ({ store }) => {
      const sent = [entry('a1', 'a'), entry('b1', 'b'), entry('a2', 'a'), entry('free'), entry('a3', 'a')];
      const first = await takeLine(store, sent);
      const rest = await claim(store, { takesFollowing: true });
      const keyed = [...first, ...rest].filter(({ key }) => key === 'a');
      same(ids(keyed), ['a1', 'a2', 'a3'].slice(0, keyed.length));
      same((await finishLine(store, [...first, ...rest])).sort(), ids(sent).sort());
    },
  },
  {
    id: 'intake-following-limit',
    behaviour: 'claims no more of a key on arrival than requested, and the rest only when that has ended',
    run: async ({ store }) => {
      const sent = ['a1', 'a2', 'a3', 'a4'].map((id) => entry(id, 'a'));
      const first = await takeLine(store, sent, 3);
      assert.equal(first.length <= 3, true, `${first.length} were claimed`);
      same(ids(first), ids(sent).slice(0, first.length));
      if (first.length > 0) same(await claim(store, { takesFollowing: true }), []);
      const line = first.length > 0 ? first : await claim(store, { takesFollowing: true });
      same(await finishLine(store, line), ids(sent));
    },
  },
  {
    id: 'intake-following-behind',
    behaviour: 'claims nothing of a key on arrival behind an earlier message with it, dead ones and strangers left out',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('b1', 'b'), entry('c1', 'c')]);
      for (const each of await claim(store, { limit: 1 })) same(each.id, 'a1');
      await makeDead(store, { id: 'b1', key: 'b' });
      const sent = ['a', 'b', 'c'].flatMap((key) => [entry(`${key}2`, key), entry(`${key}3`, key)]);
      same(await takeLine(store, sent), []);
      const unreadable = { ...entry('d2', 'd'), error: 'not JSON' };
      const claims = await takeLine(store, [entry('d1', 'd'), unreadable, entry('d3', 'd')]);
      same(ids(claims), ['d1', 'd3'].slice(0, claims.length));
    },
  },
  {
    id: 'intake-following-known',
    behaviour: 'claims on arrival what follows a known message only if that has ended',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('b1', 'b')]);
      const [done] = await claim(store, { limit: 1 });
      assert.equal(done !== undefined && (await finish(store, done)), true);
      const claims = await takeLine(store, [entry('a1', 'a'), entry('a2', 'a'), entry('b1', 'b'), entry('b2', 'b')]);
      same(ids(claims), ['a2'].slice(0, claims.length));
      const rest = await claim(store, { takesFollowing: true });
      same((await finishLine(store, [...claims, ...rest])).sort(), ['a2', 'b1', 'b2']);
    },
  },
];
