import assert from 'node:assert/strict';
import type { BoundedCount } from '../../core/ports/bounded-count.js';
import { testEntry } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import {
  append,
  claim,
  claimOne,
  finish,
  makeDead,
  sendableIds,
  relayLease,
  schedule,
  settle,
  untilPassed,
  upTo,
} from './steps.js';

const exactly = (count: number): BoundedCount => ({ count, isMore: false });
const moreThan = (count: number): BoundedCount => ({ count, isMore: true });

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
      const none = exactly(0);
      same(await store.inbox.status(), { waiting: none, running: none, dead: none, oldestMs: 0, listeners: [] });
      same(await store.outbox.status(), { waiting: none, scheduled: none, parked: none, oldestMs: 0 });
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
      same(counts, { waiting: exactly(2), running: exactly(1), dead: exactly(3) });
      const dead = { waiting: exactly(0), running: exactly(0), dead: exactly(1) };
      same(
        listeners.map(({ oldestMs: _oldestMs, ...listener }) => listener),
        [
          { listener: 'block', ...dead },
          { listener: 'busy', waiting: exactly(2), running: exactly(1), dead: exactly(0) },
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
      const { oldestMs: _age, relay: _relay, ...counts } = await store.outbox.status();
      same(counts, { waiting: exactly(2), scheduled: exactly(1), parked: exactly(1) });
    },
  },
  {
    id: 'status-relay',
    behaviour: 'says who relays and for how long, and that a lease was given back',
    run: async ({ store }) => {
      assert.equal((await store.outbox.status()).relay, undefined);
      const lease = await relayLease(store, 'a', 60_000);
      const held = (await store.outbox.status()).relay;
      assert.equal(held?.holder, 'a');
      assert.ok(held.leftMs > 0 && held.leftMs <= 60_000, `its lease goes on for ${held.leftMs} ms`);
      await store.outbox.release(lease);
      same((await store.outbox.status()).relay, { holder: 'a', leftMs: 0 });
    },
  },
  {
    id: 'status-inbox-limit',
    behaviour: 'counts an inbox up to a limit, for each listener separately, and reports if there are more',
    run: async ({ store }) => {
      for (const n of upTo(3)) await makeDead(store, { id: `d${n}`, listener: 'dying' }, { onDead: 'skip' });
      await store.inbox.add(upTo(5).map((n) => testEntry({ id: `m${n}`, listener: 'busy', key: `k${n}` })));
      await claim(store, { listeners: ['busy'], limit: 2 });
      await store.inbox.add(upTo(2).map((n) => testEntry({ id: `q${n}`, listener: 'quiet' })));
      const { listeners, oldestMs: _age, ...counts } = await store.inbox.status(2);
      same(counts, { waiting: moreThan(2), running: exactly(2), dead: moreThan(2) });
      same(
        listeners.map(({ oldestMs: _oldestMs, ...listener }) => listener),
        [
          { listener: 'busy', waiting: moreThan(2), running: exactly(2), dead: exactly(0) },
          { listener: 'dying', waiting: exactly(0), running: exactly(0), dead: moreThan(2) },
          { listener: 'quiet', waiting: exactly(2), running: exactly(0), dead: exactly(0) },
        ],
      );
    },
  },
  {
    id: 'status-outbox-limit',
    behaviour: 'counts an outbox up to a limit, and reports if there are more',
    run: async ({ store }) => {
      await append(
        store,
        upTo(6).map((n) => `e${n}`),
      );
      for (const n of upTo(2)) await schedule(store, `later${n}`, { delayMs: 3_600_000 });
      const parked = { outcome: 'parked', error: 'too big' } as const;
      await settle(store, await relayLease(store, 'a'), { e0: parked, e1: parked, e2: parked });
      const { oldestMs: _age, relay: _relay, ...counts } = await store.outbox.status(2);
      same(counts, { waiting: moreThan(2), scheduled: exactly(2), parked: moreThan(2) });
    },
  },
  {
    id: 'status-default-limit',
    behaviour: 'counts up to 1000 by default',
    run: async ({ store }) => {
      await store.inbox.add(upTo(1_000).map((n) => testEntry({ id: `m${n}` })));
      await append(
        store,
        upTo(1_000).map((n) => `e${n}`),
      );
      same((await store.inbox.status()).waiting, exactly(1_000));
      same((await store.outbox.status()).waiting, exactly(1_000));
      await store.inbox.add([testEntry({ id: 'more', listener: 'other' })]);
      await append(store, ['more']);
      const { waiting, listeners } = await store.inbox.status();
      same([waiting, ...listeners.map((each) => each.waiting)], [moreThan(1_000), exactly(1_000), exactly(1)]);
      same((await store.outbox.status()).waiting, moreThan(1_000));
    },
  },
  {
    id: 'status-age-retried',
    behaviour: 'includes messages that wait for a retry in the age of the oldest',
    run: async ({ store }) => {
      await store.inbox.add([testEntry({ id: 'm1', key: 'a' })]);
      const claimed = await claimOne(store);
      const since = performance.now();
      await untilPassed(60, since);
      await store.inbox.fail(claimed, { outcome: 'retry', retryInMs: 3_600_000, error: 'not yet' });
      await store.inbox.add([testEntry({ id: 'm2', key: 'b' })]);
      const { waiting, oldestMs } = await store.inbox.status();
      same(waiting, exactly(2));
      assert.ok(oldestMs >= 50, `the age is ${oldestMs}`);
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
