import assert from 'node:assert/strict';
import { testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { append, cancel, sendableIds, relayLease, schedule, settle, transact, upTo } from './steps.js';

const hour = { delayMs: 3_600_000 };
const atOnce = { delayMs: 0 };

/** Messages that wait for their time. */
export const scheduledCases: readonly StoreCase[] = [
  {
    id: 'scheduled-waits',
    behaviour: 'keeps a scheduled message back until its time, and counts it apart',
    run: async ({ store }) => {
      await schedule(store, 'later', hour);
      await append(store, ['now']);
      same(await sendableIds(store), ['now']);
      const { waiting, scheduled } = await store.outbox.status();
      same({ waiting, scheduled }, { waiting: 1, scheduled: 1 });
    },
  },
  {
    id: 'scheduled-delay',
    behaviour: 'hands a scheduled message out when its delay has passed',
    run: async ({ store }) => {
      await schedule(store, 'soon', { delayMs: 40 });
      await eventually(async () => same(await sendableIds(store), ['soon']));
      const { waiting, scheduled } = await store.outbox.status();
      same({ waiting, scheduled }, { waiting: 1, scheduled: 0 });
      await settle(store, await relayLease(store, 'a'), { soon: { outcome: 'confirmed' } });
      assert.equal((await store.outbox.status()).waiting, 0);
    },
  },
  {
    id: 'scheduled-at',
    behaviour: 'hands a message that is scheduled for a time out at that time, at once where it has passed',
    run: async ({ store }) => {
      await schedule(store, 'past', { at: Date.now() - 3_600_000 });
      await schedule(store, 'future', { at: Date.now() + 3_600_000 });
      await eventually(async () => same(await sendableIds(store), ['past']));
      assert.equal((await store.outbox.status()).scheduled, 1);
    },
  },
  {
    id: 'scheduled-next',
    behaviour: 'tells how long it is until the next scheduled message is due',
    run: async ({ store }) => {
      assert.equal(await store.outbox.nextDueInMs(), undefined);
      await schedule(store, 'later', hour);
      await schedule(store, 'sooner', { delayMs: 60_000 });
      await append(store, ['now']);
      const inMs = await store.outbox.nextDueInMs();
      assert.equal(inMs !== undefined && inMs > 30_000 && inMs <= 60_000, true, `${String(inMs)} ms`);
      await cancel(store, 'sooner');
      await cancel(store, 'later');
      assert.equal(await store.outbox.nextDueInMs(), undefined);
    },
  },
  {
    id: 'scheduled-content',
    behaviour: 'gives a scheduled envelope back as it was put in',
    run: async ({ store }) => {
      const envelope = testEnvelope({ kind: 'command', partitionkey: 'p1', data: { text: 'žluť \u0000 🚀' } });
      await transact(store, (transaction) => transaction.append({ scheduled: [{ envelope, due: atOnce }] }));
      const [row] = await eventually(async () => {
        const due = await store.outbox.sendable(1);
        assert.equal(due.length, 1);
        return due;
      });
      same(row?.envelope, envelope);
    },
  },
  {
    id: 'scheduled-holds-nobody',
    behaviour: 'lets the events of a key go while a scheduled message of this key waits for its time',
    run: async ({ store }) => {
      await schedule(store, 'later', hour, 'a');
      await append(store, ['a1', 'a2'], () => 'a');
      same(await sendableIds(store), ['a1', 'a2']);
    },
  },
  {
    id: 'scheduled-once',
    behaviour: 'keeps a message once that is scheduled twice, for the first of its times',
    run: async ({ store }) => {
      await schedule(store, 'm1', hour);
      await schedule(store, 'm1', atOnce);
      same(await sendableIds(store), []);
      assert.equal((await store.outbox.status()).scheduled, 1);
    },
  },
  {
    id: 'scheduled-rollback',
    behaviour: 'forgets what a transaction scheduled that is rolled back',
    run: async ({ store }) => {
      const transaction = store.begin({ readOnly: false });
      await transaction.append({ scheduled: [{ envelope: testEnvelope(), due: hour }] });
      await transaction.rollback();
      assert.equal((await store.outbox.status()).scheduled, 0);
    },
  },
  {
    id: 'scheduled-cancel',
    behaviour: 'takes a scheduled message back, once',
    run: async ({ store }) => {
      await schedule(store, 'm1', hour);
      await schedule(store, 'm2', hour);
      assert.equal(await cancel(store, 'm1'), true);
      assert.equal(await cancel(store, 'm1'), false);
      assert.equal(await cancel(store, 'unknown'), false);
      assert.equal((await store.outbox.status()).scheduled, 1);
    },
  },
  {
    id: 'scheduled-cancel-late',
    behaviour: 'takes nothing back whose time has come, nor an event that was never scheduled',
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
    behaviour: 'takes back in a transaction what it scheduled itself',
    run: async ({ store }) => {
      const transaction = store.begin({ readOnly: false });
      await transaction.append({ scheduled: [{ envelope: testEnvelope({ id: 'm1' }), due: hour }] });
      assert.equal(await transaction.cancel('m1'), true);
      assert.equal(await transaction.cancel('m1'), false);
      await transaction.commit();
      assert.equal((await store.outbox.status()).scheduled, 0);
    },
  },
  {
    id: 'scheduled-cancel-rollback',
    behaviour: 'keeps a scheduled message whose cancelling is rolled back',
    run: async ({ store }) => {
      await schedule(store, 'm1', hour);
      const transaction = store.begin({ readOnly: false });
      assert.equal(await transaction.cancel('m1'), true);
      await transaction.rollback();
      assert.equal((await store.outbox.status()).scheduled, 1);
      assert.equal(await cancel(store, 'm1'), true);
    },
  },
  {
    id: 'scheduled-cancel-race',
    behaviour: 'either takes a message back or lets it go, however close the two are',
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
      assert.equal((await store.outbox.status()).scheduled, 0);
    },
  },
];
