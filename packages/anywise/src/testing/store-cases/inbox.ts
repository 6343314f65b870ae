import assert from 'node:assert/strict';
import type { Claim, InboxEntry } from '../../core/ports/inbox.js';
import type { Store } from '../../core/ports/store.js';
import { testEntry, testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import {
  claim,
  claimOne,
  claimOptions,
  deadLetters,
  endLease,
  entry,
  finish,
  ids,
  leaseMs,
  makeDead,
  sendableIds,
  transact,
  upTo,
} from './steps.js';

const both = ['one', 'two'];

function sourcesOf(claims: readonly Claim[]): string[] {
  return claims.map(({ source }) => source);
}

/** @throws AssertionError where not so many can be claimed, and then gives them back. */
async function claimAll(store: Store, count: number): Promise<readonly Claim[]> {
  const claims = await claim(store);
  if (claims.length < count) await store.inbox.release(claims);
  assert.equal(claims.length, count);
  return claims;
}

/** How messages are added, recognised and handed out. */
export const inboxCases: readonly StoreCase[] = [
  {
    id: 'inbox-places',
    behaviour: 'claims no more messages of a listener than it has places, and those of others beside it',
    run: async ({ store }) => {
      const of = (listener: string, id: string): InboxEntry => ({ ...entry(id), listener });
      await store.inbox.add([of('one', 'a'), of('one', 'b'), of('one', 'c'), of('two', 'd'), of('two', 'e')]);
      const listeners = new Map([
        ['one', 2],
        ['two', 1],
      ]);
      same(ids(await claim(store, { listeners })).sort(), ['a', 'b', 'd']);
      same(ids(await claim(store, { listeners: new Map([['one', 5]]) })), ['c']);
      const claims = await store.inbox.add(
        [of('two', 'f'), of('two', 'g')],
        claimOptions({ listeners: new Map([['two', 1]]) }),
      );
      assert.ok(claims.length <= 1, `${claims.length} were claimed where one place was free`);
    },
  },
  {
    id: 'inbox-once',
    behaviour: 'adds a message once, however often it arrives, in one batch or in several',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1'), entry('m1')]);
      await store.inbox.add([entry('m1'), entry('m2'), entry('m1')]);
      same(ids(await claim(store)), ['m1', 'm2']);
    },
  },
  {
    id: 'inbox-first-stays',
    behaviour: 'keeps the first content of a message that arrives again with different content',
    run: async ({ store }) => {
      await store.inbox.add([testEntry({ id: 'm1', json: '"first"' })]);
      await store.inbox.add([testEntry({ id: 'm1', json: '"second"' }), testEntry({ id: 'm1', error: 'unreadable' })]);
      assert.equal((await claimOne(store)).json, '"first"');
    },
  },
  {
    id: 'inbox-in-hand-once',
    behaviour: 'does not add a message again while it is being handled',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      const claimed = await claimOne(store);
      await store.inbox.add([entry('m1')]);
      same(await claim(store), []);
      assert.equal(await finish(store, claimed), true);
    },
  },
  {
    id: 'inbox-handled-once',
    behaviour: 'remembers a handled message',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      assert.equal(await finish(store, await claimOne(store)), true);
      await store.inbox.add([entry('m1'), entry('m2')]);
      same(ids(await claim(store)), ['m2']);
    },
  },
  {
    id: 'inbox-dead-once',
    behaviour: 'remembers a dead letter, so that a redelivery does not revive it',
    run: async ({ store }) => {
      await makeDead(store, { id: 'm1' });
      await store.inbox.add([entry('m1')]);
      same(await claim(store), []);
      assert.equal((await store.inbox.status()).dead.count, 1);
    },
  },
  {
    id: 'inbox-identity',
    behaviour: 'keeps the messages of two listeners separate',
    run: async ({ store }) => {
      await store.inbox.add(both.map((listener) => testEntry({ id: 'm1', listener })));
      const claims = await claim(store, { listeners: both });
      same(claims.map(({ listener }) => listener).sort(), both);
    },
  },
  {
    id: 'inbox-sources',
    behaviour: 'keeps the messages of two sources apart that have one id, from their coming to their end',
    run: async ({ store }) => {
      const of = (source: string): InboxEntry => testEntry({ id: 'm1', source, json: JSON.stringify({ source }) });
      await store.inbox.add([of('/a'), of('/b'), of('/a')]);
      await store.inbox.add([of('/b'), of('/c'), of('/d')]);
      const claims = await claim(store);
      same(sourcesOf(claims), ['/a', '/b', '/c', '/d']);
      same(
        claims.map(({ json }) => json),
        sourcesOf(claims).map((source) => JSON.stringify({ source })),
      );
      const [a, b, c, d] = claims;
      assert.ok(a !== undefined && b !== undefined && c !== undefined && d !== undefined);
      assert.equal(await finish(store, a), true);
      await store.inbox.fail(b, { outcome: 'dead', onDead: 'park', error: 'poison' });
      await store.inbox.release([c]);
      same(await store.inbox.extend([d], leaseMs), []);
      const { waiting, running, dead } = await store.inbox.status();
      same([waiting.count, running.count, dead.count], [1, 1, 1]);
      await store.inbox.fail(d, { outcome: 'retry', retryInMs: 0, error: 'once more' });
      same(sourcesOf(await eventually(() => claimAll(store, 2))), ['/c', '/d']);
      await store.inbox.add([of('/a'), of('/b'), of('/c'), of('/d')]);
      same(await claim(store), []);
    },
  },
  {
    id: 'inbox-source-claimed',
    behaviour: 'claims messages of two sources that have one id as they come, each with its own text',
    run: async ({ store }) => {
      const of = (source: string): InboxEntry => testEntry({ id: 'm1', source, json: JSON.stringify({ source }) });
      const claims = [...(await store.inbox.add([of('/a'), of('/b')], claimOptions())), ...(await claim(store))];
      same(sourcesOf(claims).sort(), ['/a', '/b']);
      for (const { source, json } of claims) assert.equal(json, JSON.stringify({ source }));
      for (const claimed of claims) assert.equal(await finish(store, claimed), true);
    },
  },
  {
    id: 'inbox-source-suspect',
    behaviour: 'tells a suspect from the message of another source that has its id',
    run: async ({ store }) => {
      const of = (source: string): InboxEntry => testEntry({ id: 'm1', source });
      await store.inbox.add([of('/a'), of('/b')]);
      const [a, b] = await claim(store);
      assert.ok(a !== undefined && b !== undefined);
      await endLease(store, b);
      const again = await eventually(() => claimOne(store));
      same({ source: again.source, isSuspect: again.isSuspect }, { source: '/b', isSuspect: true });
      assert.equal(await finish(store, a), true);
      assert.equal(await finish(store, b), false);
      assert.equal(await finish(store, again), true);
    },
  },
  {
    id: 'inbox-independent',
    behaviour: 'lets one listener handle a message that another one failed for good',
    run: async ({ store }) => {
      await store.inbox.add(both.map((listener) => testEntry({ id: 'm1', listener, key: 'a' })));
      await store.inbox.fail(await claimOne(store, { listeners: ['one'] }), {
        outcome: 'dead',
        onDead: 'park',
        error: 'poison',
      });
      assert.equal(await finish(store, await claimOne(store, { listeners: ['two'] })), true);
      same(
        (await deadLetters(store)).map(({ listener }) => listener),
        ['one'],
      );
    },
  },
  {
    id: 'inbox-own-listeners',
    behaviour: 'claims only for the requested listeners',
    run: async ({ store }) => {
      await store.inbox.add([testEntry({ id: 'm1', listener: 'unknown' })]);
      same(await claim(store), []);
    },
  },
  {
    id: 'inbox-content',
    behaviour: 'hands out a message exactly as it arrived, character for character',
    run: async ({ store }) => {
      const text = '{ "text": "žluť \\u0000 🚀 \\"quoted\\"" ,"n":1.50 }';
      const came = testEntry({ id: 'm-ž', source: '/žluť', type: 'test.it-happened', key: 'key 🚀', json: text });
      await store.inbox.add([came]);
      const { listener, source, id, type, key, json } = await claimOne(store);
      same({ listener, source, id, type, key, json }, came);
    },
  },
  {
    id: 'inbox-limit',
    behaviour: 'claims the oldest first, and no more than requested',
    run: async ({ store }) => {
      await store.inbox.add(upTo(10).map((n) => entry(`m${n}`)));
      same(ids(await claim(store, { limit: 3 })), ['m0', 'm1', 'm2']);
      same(ids(await claim(store, { limit: 3 })), ['m3', 'm4', 'm5']);
    },
  },
  {
    id: 'inbox-many',
    behaviour: 'adds thousands of messages at once, and hands out each one once',
    run: async ({ store }) => {
      const many = upTo(2_000).map((n) => entry(`m${n}`, n % 2 === 0 ? `k${n}` : undefined));
      await store.inbox.add(many);
      const claimed: string[] = [];
      for (let last = -1; claimed.length > last;) {
        last = claimed.length;
        claimed.push(...ids(await claim(store, { limit: 300 })));
      }
      same(claimed.sort(), ids(many).sort());
    },
  },
  {
    id: 'inbox-dead-on-arrival',
    behaviour: 'adds an unreadable message as a dead letter, which blocks nothing',
    run: async ({ store }) => {
      const unreadable = testEntry({ id: 'm1', key: 'a', json: '{', error: 'not JSON' });
      await store.inbox.add([unreadable, entry('m2', 'a')]);
      same(ids(await claim(store)), ['m2']);
      const [letter] = await deadLetters(store);
      same(
        {
          id: letter?.id,
          json: letter?.json,
          error: letter?.error,
          holdsUp: letter?.holdsUp,
          attempts: letter?.attempts,
        },
        { id: 'm1', json: '{', error: 'not JSON', holdsUp: 'nothing', attempts: 0 },
      );
    },
  },
  {
    id: 'inbox-known-at-once',
    needs: ['shared'],
    behaviour: 'knows a message that arrives again in the moment in which it is finished',
    run: async ({ store, again }) => {
      const other = await again();
      try {
        for (const n of upTo(40)) {
          const arrived = entry(`m${n}`);
          await store.inbox.add([arrived]);
          const claimed = await claimOne(store);
          const adds = [store, other, store, other].map(async (each, at) => {
            await new Promise<void>((resolve) => (at < 2 ? resolve() : void setImmediate(resolve)));
            return each.inbox.add([arrived], claimOptions());
          });
          const [isFinished, ...taken] = await Promise.all([finish(store, claimed), ...adds]);
          same([isFinished, taken.flat(), await claim(store)], [true, [], []]);
        }
      } finally {
        await other.close();
      }
    },
  },
  {
    id: 'inbox-with-outbox',
    behaviour: 'commits the completion of a message together with the events it caused',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      const claimed = await claimOne(store);
      const caused = { outgoing: [testEnvelope({ id: 'caused' })], incoming: [entry('own')] };
      await transact(store, (transaction) => transaction.append(caused), { claim: claimed });
      same(await sendableIds(store), ['caused']);
      same(ids(await claim(store)), ['own']);
    },
  },
  {
    id: 'inbox-finish-rollback',
    behaviour: 'leaves a message in hand when the commit that finishes it loses its reply key to another',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      const claimed = await claimOne(store);
      const reply = { key: { type: 'test.do', key: 'k1' }, kept: { fingerprint: 'f', reply: 1 } };
      assert.equal(await store.begin({ readOnly: false }).commit({ reply }), true);
      assert.equal(await store.begin({ readOnly: false }).commit({ claim: claimed, reply }), false);
      assert.equal((await store.inbox.status()).running.count, 1);
      assert.equal(await finish(store, claimed), true);
      assert.equal(await finish(store, claimed), false);
    },
  },
];
