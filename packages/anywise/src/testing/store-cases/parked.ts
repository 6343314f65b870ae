import assert from 'node:assert/strict';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { append, sendableIds, relayLease, settle, type Outcome } from './steps.js';

const tooBig: Outcome = { outcome: 'parked', error: 'too big' };

/** Events that can never be published, and what operators can do about them. */
export const parkedCases: readonly StoreCase[] = [
  {
    id: 'outbox-parked',
    behaviour: 'parks an event that can never leave, holds back its key, and counts it',
    run: async ({ store }) => {
      await append(store, ['a1', 'b1', 'a2'], (id) => id.slice(0, 1));
      await settle(store, await relayLease(store, 'a'), { a1: tooBig });
      same(await sendableIds(store), ['b1']);
      const { waiting, parked } = await store.outbox.status();
      same([waiting.count, parked.count], [2, 1]);
    },
  },
  {
    id: 'parked-list',
    behaviour: 'lists the parked events with their errors, the oldest first, and no more than requested',
    run: async ({ store }) => {
      await append(store, ['e1', 'e2', 'e3']);
      const [first] = (await store.outbox.sendable(1)).rows;
      const noRoute: Outcome = { outcome: 'parked', error: 'no route' };
      await settle(store, await relayLease(store, 'a'), { e3: tooBig, e1: noRoute });
      const parked = await store.parked.list(10);
      same(
        parked.map(({ envelope, error, attempts }) => ({ id: envelope?.id, error, attempts })),
        [
          { id: 'e1', error: 'no route', attempts: 1 },
          { id: 'e3', error: 'too big', attempts: 1 },
        ],
      );
      const { envelope } = first ?? {};
      const { json = '', ...shown } = parked[0] ?? {};
      same(shown, { seq: first?.seq, id: 'e1', envelope, error: 'no route', attempts: 1 });
      same(JSON.parse(json), envelope);
      same((await store.parked.list(1)).length, 1);
    },
  },
  {
    id: 'parked-retry',
    behaviour: 'retries a parked event with all its attempts restored and its key in order behind it',
    run: async ({ store }) => {
      await append(store, ['a1', 'a2', 'b1', 'b2'], (id) => id.slice(0, 1));
      await settle(store, await relayLease(store, 'a'), { a1: tooBig, b1: tooBig });
      assert.equal(await store.parked.retry('a1'), 1);
      same(await sendableIds(store), ['a1', 'a2']);
      assert.equal((await store.outbox.sendable(1)).rows[0]?.attempts, 0);
      assert.equal((await store.outbox.status()).parked.count, 1);
    },
  },
  {
    id: 'parked-retry-all',
    behaviour: 'retries all parked events at once',
    run: async ({ store }) => {
      await append(store, ['a1', 'a2', 'b1'], (id) => id.slice(0, 1));
      await settle(store, await relayLease(store, 'a'), { a1: tooBig, b1: tooBig });
      assert.equal(await store.parked.retry(), 2);
      same(await sendableIds(store), ['a1', 'a2', 'b1']);
      assert.equal(await store.parked.retry(), 0);
    },
  },
  {
    id: 'parked-discard',
    behaviour: 'deletes a parked event for good, and releases its key',
    run: async ({ store }) => {
      await append(store, ['a1', 'a2', 'b1'], (id) => id.slice(0, 1));
      await settle(store, await relayLease(store, 'a'), { a1: tooBig });
      assert.equal(await store.parked.discard('a1'), true);
      same(await sendableIds(store), ['a2', 'b1']);
      assert.equal(await store.parked.discard('a1'), false);
    },
  },
  {
    id: 'parked-only',
    behaviour: 'neither retries nor deletes events that are not parked',
    run: async ({ store }) => {
      await append(store, ['e1', 'e2']);
      const lease = await relayLease(store, 'a');
      await settle(store, lease, { e1: { outcome: 'retry', retryInMs: 60_000, error: 'no connection' } });
      for (const id of ['e1', 'e2', 'unknown']) {
        assert.equal(await store.parked.retry(id), 0);
        assert.equal(await store.parked.discard(id), false);
      }
      same(await sendableIds(store), ['e2']);
      assert.equal((await store.outbox.status()).waiting.count, 2);
    },
  },
  {
    id: 'parked-known',
    behaviour: 'keeps one copy of a parked event that is published again',
    run: async ({ store }) => {
      await append(store, ['e1']);
      await settle(store, await relayLease(store, 'a'), { e1: tooBig });
      await append(store, ['e1']);
      same(await sendableIds(store), []);
      assert.equal((await store.outbox.status()).parked.count, 1);
    },
  },
];
