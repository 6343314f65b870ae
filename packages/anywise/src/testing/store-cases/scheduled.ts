import assert from 'node:assert/strict';
import type { Store } from '../../core/ports/store.js';
import { testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { append, assertMostOf, cancel, sendableIds, relayLease, schedule, settle, transact, upTo } from './steps.js';

const hour = { delayMs: 3_600_000 };

async function nextDueInMs({ outbox }: Store): Promise<number | undefined> {
  return (await outbox.sendable(10)).nextDueInMs;
}

const atOnce = { delayMs: 0 };

/** Scheduled messages. */
export const scheduledCases: readonly StoreCase[] = [
  {
    id: 'scheduled-waits',
    behaviour: 'holds back a scheduled message until it is due, and counts it separately',
    run: async ({ store }) => {
      await schedule(store, 'later', hour);
      await append(store, ['now']);
      same(await sendableIds(store), ['now']);
      const { waiting, scheduled } = await store.outbox.status();
      same([waiting.count, scheduled.count], [1, 1]);
    },
  },
  {
    id: 'scheduled-delay',
    behaviour: 'hands out a scheduled message once its delay has passed',
    run: async ({ store }) => {
      await schedule(store, 'soon', { delayMs: 40 });
      await eventually(async () => same(await sendableIds(store), ['soon']));
      const { waiting, scheduled } = await store.outbox.status();
      same([waiting.count, scheduled.count], [1, 0]);
      await settle(store, await relayLease(store, 'a'), { soon: { outcome: 'confirmed' } });
      assert.equal((await store.outbox.status()).waiting.count, 0);
    },
  },
  {
    id: 'scheduled-at',
    behaviour: 'hands out a message at the time it is scheduled for, or at once if that has passed',
    run: async ({ store }) => {
      await schedule(store, 'past', { at: Date.now() - 3_600_000 });
      await schedule(store, 'future', { at: Date.now() + 3_600_000 });
      await eventually(async () => same(await sendableIds(store), ['past']));
      assert.equal((await store.outbox.status()).scheduled.count, 1);
    },
  },
  {
    id: 'scheduled-next',
    behaviour: 'reports how long it is until the next scheduled message is due, where none may leave',
    run: async ({ store }) => {
      assert.equal(await nextDueInMs(store), undefined);
      await schedule(store, 'later', hour);
      await schedule(store, 'sooner', { delayMs: 60_000 });
      assertMostOf(60_000, await nextDueInMs(store));
      await cancel(store, 'sooner');
      assertMostOf(3_600_000, await nextDueInMs(store));
      await cancel(store, 'later');
      assert.equal(await nextDueInMs(store), undefined);
    },
  },
  {
    id: 'refused-next',
    behaviour: 'reports how long it is until a refused message is due again, and nothing of those that wait behind one',
    run: async ({ store }) => {
      await append(store, ['a1', 'a2', 'b1'], ([key = '']) => key);
      const lease = await relayLease(store, 'a');
      await settle(store, lease, {
        a1: { outcome: 'retry', retryInMs: 60_000, error: 'no route' },
        b1: { outcome: 'parked', error: 'too big' },
      });
      same(await sendableIds(store), []);
      assertMostOf(60_000, await nextDueInMs(store));
      await append(store, ['b2'], ([key = '']) => key);
      assertMostOf(60_000, await nextDueInMs(store));
    },
  },
  {
    id: 'scheduled-content',
    behaviour: 'returns a scheduled envelope exactly as it was added',
    run: async ({ store }) => {
      const envelope = testEnvelope({ kind: 'command', partitionkey: 'p1', data: { text: 'žluť \u0000 🚀' } });
      await transact(store, (transaction) => transaction.append({ scheduled: [{ envelope, due: atOnce }] }));
      const [row] = await eventually(async () => {
        const { rows: due } = await store.outbox.sendable(1);
        assert.equal(due.length, 1);
        return due;
      });
      same(row?.envelope, envelope);
    },
  },
  {
    id: 'scheduled-blocks-nothing',
    behaviour: 'does not hold back a key while a scheduled message with it is not due',
    run: async ({ store }) => {
      await schedule(store, 'later', hour, 'a');
      await append(store, ['a1', 'a2'], () => 'a');
      same(await sendableIds(store), ['a1', 'a2']);
    },
  },
  {
    id: 'scheduled-once',
    behaviour: 'keeps a message once that is scheduled twice, with the first due time',
    run: async ({ store }) => {
      await schedule(store, 'm1', hour);
      await schedule(store, 'm1', atOnce);
      same(await sendableIds(store), []);
      assert.equal((await store.outbox.status()).scheduled.count, 1);
    },
  },
  {
    id: 'scheduled-rollback',
    behaviour: 'drops messages scheduled by a transaction that is rolled back',
    run: async ({ store }) => {
      const transaction = store.begin({ readOnly: false });
      await transaction.append({ scheduled: [{ envelope: testEnvelope(), due: hour }] });
      await transaction.rollback();
      assert.equal((await store.outbox.status()).scheduled.count, 0);
    },
  },
  {
    id: 'scheduled-cancel',
    behaviour: 'cancels a scheduled message, once',
    run: async ({ store }) => {
      await schedule(store, 'm1', hour);
      await schedule(store, 'm2', hour);
      assert.equal(await cancel(store, 'm1'), true);
      assert.equal(await cancel(store, 'm1'), false);
      assert.equal(await cancel(store, 'unknown'), false);
      assert.equal((await store.outbox.status()).scheduled.count, 1);
    },
  },
  {
    id: 'scheduled-cancel-late',
    behaviour: 'cancels neither a due message nor an event that was never scheduled',
    run: async ({ store }) => {
      await append(store, ['event']);
      await schedule(store, 'due', atOnce);
      await eventually(async () => same(await sendableIds(store), ['event', 'due']));
      assert.equal(await cancel(store, 'due'), false);
      assert.equal(await cancel(store, 'event'), false);
      same(await sendableIds(store), ['event', 'due']);
    },
  },
  {
    id: 'scheduled-cancel-own',
    behaviour: 'cancels a message in the transaction that scheduled it',
    run: async ({ store }) => {
      const transaction = store.begin({ readOnly: false });
      await transaction.append({ scheduled: [{ envelope: testEnvelope({ id: 'm1' }), due: hour }] });
      assert.equal(await transaction.cancel('m1'), true);
      assert.equal(await transaction.cancel('m1'), false);
      await transaction.commit();
      assert.equal((await store.outbox.status()).scheduled.count, 0);
    },
  },
  {
    id: 'scheduled-cancel-rollback',
    behaviour: 'keeps a scheduled message whose cancellation is rolled back',
    run: async ({ store }) => {
      await schedule(store, 'm1', hour);
      const transaction = store.begin({ readOnly: false });
      assert.equal(await transaction.cancel('m1'), true);
      await transaction.rollback();
      assert.equal((await store.outbox.status()).scheduled.count, 1);
      assert.equal(await cancel(store, 'm1'), true);
    },
  },
  {
    id: 'scheduled-cancel-race',
    behaviour: 'either cancels a message or lets it leave, never both',
    run: async ({ store }) => {
      const all = upTo(30).map((n) => `m${n}`);
      for (const [n, id] of all.entries()) await schedule(store, id, { delayMs: n });
      const cancelled: string[] = [];
      for (const id of all) {
        const [isCancelled] = await Promise.all([cancel(store, id), store.outbox.sendable(100)]);
        if (isCancelled) cancelled.push(id);
      }
      const left = all.filter((id) => !cancelled.includes(id));
      await eventually(async () => same((await sendableIds(store, 100)).sort(), left.sort()));
      assert.equal((await store.outbox.status()).scheduled.count, 0);
    },
  },
  {
    id: 'scheduled-list',
    behaviour: 'lists scheduled messages, the next due first',
    run: async ({ store }) => {
      same(await store.scheduled.list(10), []);
      const at = Date.now() + 3_600_000;
      await schedule(store, 'last', { at: at + 2_000 });
      await schedule(store, 'first', { at }, 'k');
      await schedule(store, 'second', { at: at + 1_000 });
      await append(store, ['now']);
      const listed = await store.scheduled.list(2);
      same(
        listed.map(({ id, dueAt }) => [id, dueAt]),
        [
          ['first', at],
          ['second', at + 1_000],
        ],
      );
      same(await cancel(store, 'first'), true);
      same(
        (await store.scheduled.list(10)).map(({ id }) => id),
        ['second', 'last'],
      );
    },
  },
];
