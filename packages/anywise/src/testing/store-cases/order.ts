import assert from 'node:assert/strict';
import type { Claim } from '../../core/ports/inbox.js';
import type { Store } from '../../core/ports/store.js';
import { testEntry } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { claim, entry, finish, ids, makeDead, upTo } from './steps.js';

/** Messages with the same key are handled one after the other, in order of arrival. */
export const orderCases: readonly StoreCase[] = [
  {
    id: 'inbox-key-order',
    behaviour: 'hands out messages with the same key one after the other, in order of arrival',
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
    behaviour: 'preserves the order of a key under concurrent claims with a small limit',
    run: async ({ store }) => {
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a'), entry('a3', 'a'), entry('b1', 'b')]);
      const claims = (await Promise.all([1, 2, 3].map(() => claim(store, { limit: 1 })))).flat();
      assert.ok(claims.length > 0, 'nothing could be claimed');
      claims.push(...(await claim(store)));
      same(ids(claims).sort(), ['a1', 'b1']);
    },
  },
  {
    id: 'inbox-no-key',
    behaviour: 'hands out all messages without a key at once',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1'), entry('m2'), entry('m3')]);
      const claims = await claim(store);
      same(ids(claims), ['m1', 'm2', 'm3']);
      same(
        claims.map(({ key }) => key ?? 'none'),
        ['none', 'none', 'none'],
      );
    },
  },
  {
    id: 'order-any-key',
    behaviour: 'accepts any text as a key, including an empty one and the id of another message',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1'), entry('m2', 'm1'), entry('m3', ''), entry('m4', ''), entry('m5', 'm1')]);
      const claims = await claim(store);
      same(ids(claims), ['m1', 'm2', 'm3']);
      same(
        claims.map(({ key }) => key ?? 'none'),
        ['none', 'm1', ''],
      );
    },
  },
  {
    id: 'order-of-each-listener',
    behaviour: 'keeps a key in order for each listener separately',
    run: async ({ store }) => {
      const listeners = ['one', 'two'];
      await store.inbox.add(
        ['a1', 'a2'].flatMap((id) => listeners.map((listener) => testEntry({ id, listener, key: 'a' }))),
      );
      const heads = await claim(store, { listeners });
      same(ids(heads), ['a1', 'a1']);
      for (const head of heads.filter(({ listener }) => listener === 'one')) await finish(store, head);
      const [next, none] = await claim(store, { listeners });
      same([next?.listener, next?.id, none], ['one', 'a2', undefined]);
    },
  },
  {
    id: 'order-storm',
    behaviour: 'handles each message once and each key in order, however many processes claim concurrently and die',
    run: async ({ store }) => storm([store], { messages: 240, keys: 8 }),
  },
  {
    id: 'order-backlog',
    behaviour: 'finds the claimable messages behind thousands that wait for one key',
    run: async ({ store }) => {
      await makeDead(store, { id: 'poison', key: 'poison' });
      await store.inbox.add(upTo(2_000).map((n) => entry(`w${n}`, 'poison')));
      await store.inbox.add([entry('a1', 'a'), entry('a2', 'a'), entry('b1', 'b'), entry('without-key')]);
      await untilClaimed(store, ['a1', 'b1', 'without-key']);
      same(await claim(store), []);
    },
  },
  {
    id: 'order-backlog-of-keys',
    behaviour: 'finds the claimable messages behind many waiting keys',
    run: async ({ store }) => {
      const keys = upTo(1_500).map((n) => `k${n}`);
      await store.inbox.add(keys.map((key) => entry(`${key}-1`, key)));
      assert.equal((await claim(store, { limit: keys.length })).length, keys.length);
      await store.inbox.add(keys.map((key) => entry(`${key}-2`, key)));
      await store.inbox.add([entry('free', 'k00'), entry('free-too', 'z'), entry('without-key')]);
      await untilClaimed(store, ['free', 'free-too', 'without-key']);
      same(await claim(store), []);
    },
  },
];

/** Claims until all of these are in hand. One search need not find them all, but the next ones must. */
async function untilClaimed(store: Store, wanted: readonly string[]): Promise<void> {
  const claimed: string[] = [];
  await eventually(async () => {
    claimed.push(...ids(await claim(store)));
    same(claimed.sort(), [...wanted].sort());
  });
}

/** Hundreds of transactions take more than half a minute on a busy machine. */
const stormMs = 120_000;

interface Storm {
  readonly messages: number;
  readonly keys: number;
}

/**
 * Several workers claim and finish on each store at once. Every third claim is abandoned; half of those come back later, as
 * if from the dead. Finished messages are counted with duplicates.
 */
export async function storm(stores: readonly Store[], { messages, keys }: Storm): Promise<void> {
  const all = upTo(messages).map((n) => entry(`m${n}`, `k${n % keys}`));
  for (let from = 0; from < messages; from += 60) await stores[0]?.inbox.add(all.slice(from, from + 60));
  const done: string[] = [];
  const zombies: Claim[] = [];
  let claims = 0;
  const finishAll = async (store: Store, claimed: readonly Claim[]): Promise<void> => {
    for (const one of claimed) if (await finish(store, one)) done.push(one.id);
  };
  const turn = async (store: Store): Promise<void> => {
    await finishAll(store, zombies.splice(0));
    const claimed = await claim(store, { limit: 3 });
    const abandoned = claimed.filter(() => claims++ % 3 === 0);
    await store.inbox.extend(abandoned, 0);
    zombies.push(...abandoned.filter((_, n) => (claims + n) % 2 === 0));
    await finishAll(
      store,
      claimed.filter((one) => !abandoned.includes(one)),
    );
  };
  const worker = (store: Store): Promise<void> =>
    eventually(async () => {
      await turn(store);
      const { waiting, running } = await store.inbox.status();
      same([waiting.count, running.count], [0, 0]);
    }, stormMs);
  await Promise.all(stores.flatMap((store) => [worker(store), worker(store), worker(store)]));
  assert.ok(claims > messages, 'no claim was abandoned');
  assert.equal(done.length, messages, 'a message was handled twice or not at all');
  for (const n of upTo(keys)) {
    const ofKey = ids(all.filter(({ key }) => key === `k${n}`));
    same(
      done.filter((id) => ofKey.includes(id)),
      ofKey,
    );
  }
}
