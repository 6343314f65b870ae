import assert from 'node:assert/strict';
import { testEntry } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { append, claim, claimOne, finish, makeDead, sendableIds, relayLease, schedule, settle } from './steps.js';

/** The status of a store. */
export const statusCases: readonly StoreCase[] = [
  {
    id: 'status-owner',
    behaviour: 'belongs to the first service that opens it, and refuses any other',
    run: async ({ store }) => {
      await store.check('orders');
      await assert.rejects(async () => store.check('payments'), { code: 'STORE_TAKEN', retryable: false });
      await store.check('orders');
      await store.check();
    },
  },
  {
    id: 'status-empty',
    behaviour: 'reports an empty store as empty',
    run: async ({ store }) => {
      same(await store.inbox.status(), { waiting: 0, running: 0, dead: 0, oldestMs: 0, listeners: [] });
      same(await store.outbox.status(), { waiting: 0, scheduled: 0, parked: 0, oldestMs: 0 });
    },
  },
  {
    id: 'status-inbox',
    behaviour: 'counts waiting, running and dead messages, in total and for each listener',
    run: async ({ store }) => {
      for (const onDead of ['park', 'skip', 'block'] as const)
        await makeDead(store, { listener: onDead, key: 'a' }, { onDead });
      await store.inbox.add(['m1', 'm2', 'm3'].map((id) => testEntry({ id, listener: 'busy' })));
      await claim(store, { listeners: ['busy'], limit: 1 });
      await store.inbox.add([testEntry({ id: 'done', listener: 'done' })]);
      await finish(store, await claimOne(store, { listeners: ['done'] }));
      const { listeners, oldestMs: _age, ...counts } = await store.inbox.status();
      same(counts, { waiting: 2, running: 1, dead: 3 });
      const dead = { waiting: 0, running: 0, dead: 1 };
      same(
        listeners.map(({ oldestMs: _oldestMs, ...listener }) => listener),
        [
          { listener: 'block', ...dead },
          { listener: 'busy', waiting: 2, running: 1, dead: 0 },
          { listener: 'park', ...dead },
          { listener: 'skip', ...dead },
        ],
      );
    },
  },
  {
    id: 'status-outbox',
    behaviour: 'counts messages that wait for their turn, for a retry or for their due time, and parked ones',
    run: async ({ store }) => {
      await append(store, ['e1', 'e2', 'e3']);
      await schedule(store, 'later', { delayMs: 3_600_000 });
      await settle(store, await relayLease(store, 'a'), {
        e1: { outcome: 'retry', retryInMs: 60_000, error: 'no connection' },
        e2: { outcome: 'parked', error: 'too big' },
      });
      same(await sendableIds(store), ['e3']);
      const { oldestMs: _age, ...counts } = await store.outbox.status();
      same(counts, { waiting: 2, scheduled: 1, parked: 1 });
    },
  },
  {
    id: 'status-age',
    behaviour: 'reports how long the oldest message has waited, and 0 if none does',
    run: async ({ store }) => {
      await store.inbox.add([testEntry({ id: 'm1' }), testEntry({ id: 'm2', listener: 'other' })]);
      await append(store, ['e1']);
      await eventually(async () => {
        const { oldestMs, listeners } = await store.inbox.status();
        const ages = [
          oldestMs,
          ...listeners.map((listener) => listener.oldestMs),
          (await store.outbox.status()).oldestMs,
        ];
        assert.equal(ages.length, 4);
        assert.ok(
          ages.every((age) => age >= 20 && age < 60_000),
          `the ages are ${ages.join(', ')}`,
        );
      });
      await claim(store, { listeners: ['listener', 'other'] });
      await settle(store, await relayLease(store, 'a'), { e1: { outcome: 'confirmed' } });
      assert.equal((await store.inbox.status()).oldestMs, 0);
      assert.equal((await store.outbox.status()).oldestMs, 0);
    },
  },
];
