import assert from 'node:assert/strict';
import type { Store, StoreTransaction } from '../../core/ports/store.js';
import { testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { append, claim, entry, envelopesOf, sendableIds, relayLease, settle, transact, upTo } from './steps.js';

/** What waits in the outbox, and what may leave. */
export const outboxCases: readonly StoreCase[] = [
  {
    id: 'outbox-commit',
    behaviour: 'shows an event in the outbox only once its transaction is committed',
    run: async ({ store }) => {
      const transaction = store.begin({ readOnly: false });
      await transaction.append({ outgoing: [testEnvelope({ id: 'e1' })] });
      assert.equal((await store.outbox.sendable(10)).rows.length, 0);
      await transaction.commit();
      same(await sendableIds(store), ['e1']);
    },
  },
  {
    id: 'outbox-rollback',
    behaviour: 'drops the events and messages of a transaction that is rolled back',
    run: async ({ store }) => {
      const transaction = store.begin({ readOnly: false });
      await transaction.append({ outgoing: [testEnvelope()], incoming: [entry('m1')] });
      await transaction.rollback();
      assert.equal((await store.outbox.sendable(10)).rows.length, 0);
      assert.equal((await claim(store)).length, 0);
    },
  },
  {
    id: 'outbox-content',
    behaviour: 'returns an envelope exactly as it was added, every character and attribute of it',
    run: async ({ store }) => {
      const envelope = testEnvelope({
        subject: 'žluť',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        data: { text: 'žluť \u0000 🚀 "quoted" \\ \n', nested: [1.5, null, true, { deep: '' }] },
      });
      await transact(store, (transaction) => transaction.append({ outgoing: [envelope] }));
      const [row] = (await store.outbox.sendable(1)).rows;
      same({ envelope: row?.envelope, attempts: row?.attempts }, { envelope, attempts: 0 });
    },
  },
  {
    id: 'outbox-once',
    behaviour: 'keeps an event once that is published twice before it leaves, in one batch or in two',
    run: async ({ store }) => {
      await append(store, ['e1', 'e1']);
      await append(store, ['e1', 'e2']);
      same(await sendableIds(store), ['e1', 'e2']);
    },
  },
  {
    id: 'outbox-oldest-first',
    behaviour: 'hands out the oldest events first, and no more than requested',
    run: async ({ store }) => {
      const all = upTo(25).map((n) => `e${n}`);
      await append(store, all.slice(0, 10));
      await append(store, all.slice(10), (id) => id.slice(-1));
      same(await sendableIds(store, 7), all.slice(0, 7));
      same(await sendableIds(store, 100), all);
    },
  },
  {
    id: 'outbox-confirmed',
    behaviour: 'deletes only confirmed rows',
    run: async ({ store }) => {
      await append(store, ['e1', 'e2', 'e3']);
      await settle(store, await relayLease(store, 'a'), {
        e2: { outcome: 'confirmed' },
        e1: { outcome: 'retry', retryInMs: 0, error: 'no connection' },
      });
      await eventually(async () => same(await sendableIds(store), ['e1', 'e3']));
    },
  },
  {
    id: 'outbox-gone',
    behaviour: 'ignores the outcomes of deleted rows',
    run: async ({ store }) => {
      await append(store, ['e1', 'e2']);
      const [row] = (await store.outbox.sendable(1)).rows;
      const lease = await relayLease(store, 'a');
      await settle(store, lease, { e1: { outcome: 'confirmed' } });
      const seq = Number(row?.seq);
      assert.equal(await store.outbox.settle(lease, [{ seq, outcome: 'parked', error: 'too late' }]), true);
      same(await sendableIds(store), ['e2']);
      assert.equal((await store.outbox.status()).parked.count, 0);
    },
  },
  {
    id: 'outbox-key-waits',
    behaviour: 'holds back the later events of a key while one waits for its retry, but not other keys',
    run: async ({ store }) => {
      await append(store, ['a1', 'b1', 'a2', 'b2'], (id) => id.slice(0, 1));
      await append(store, ['without-key']);
      await settle(store, await relayLease(store, 'a'), {
        a1: { outcome: 'retry', retryInMs: 60_000, error: 'no connection' },
      });
      same(await sendableIds(store), ['b1', 'b2', 'without-key']);
    },
  },
  {
    id: 'outbox-retry-due',
    behaviour: 'hands out a row again when its retry is due, counted, with its key in order behind it',
    run: async ({ store }) => {
      await append(store, ['a1', 'a2', 'a3'], () => 'a');
      const lease = await relayLease(store, 'a');
      await settle(store, lease, { a2: { outcome: 'retry', retryInMs: 1, error: 'no connection' } });
      const rows = await eventually(async () => {
        const { rows: due } = await store.outbox.sendable(10);
        assert.equal(due.length, 3);
        return due;
      });
      same(
        rows.map(({ envelope, attempts }) => [envelope?.id, attempts]),
        [
          ['a1', 0],
          ['a2', 1],
          ['a3', 0],
        ],
      );
    },
  },
  {
    id: 'outbox-gaps',
    behaviour: 'hands out an event that was committed after one with a higher number had left',
    needs: ['concurrentTransactions'],
    run: async ({ store }) => {
      const [late, early] = [await numbered(store, 'late'), await numbered(store, 'early')];
      await early.commit();
      const [first] = (await store.outbox.sendable(10)).rows;
      await settle(store, await relayLease(store, 'a'), { early: { outcome: 'confirmed' } });
      await late.commit();
      const [second] = (await store.outbox.sendable(10)).rows;
      same([first?.envelope?.id, second?.envelope?.id], ['early', 'late']);
      assert.ok(Number(second?.seq) < Number(first?.seq), 'the numbers were not given in the order of the appends');
    },
  },
  {
    id: 'outbox-backlog',
    behaviour: 'finds the events that may leave behind thousands that wait for one key',
    run: async ({ store }) => {
      await append(store, ['poison'], () => 'poison');
      await settle(store, await relayLease(store, 'a'), { poison: { outcome: 'parked', error: 'too big' } });
      const waiting = upTo(2_000).map((n) => `w${n}`);
      await append(store, waiting, () => 'poison');
      await append(store, ['a1', 'b1', 'a2'], (id) => id.slice(0, 1));
      await append(store, ['without-key']);
      const found = await eventually(async () => {
        const due = await sendableIds(store);
        assert.equal(due.length, 4);
        return due;
      });
      same([...found].sort(), ['a1', 'a2', 'b1', 'without-key']);
      assert.equal(found.indexOf('a1') < found.indexOf('a2'), true);
    },
  },
  {
    id: 'outbox-many',
    behaviour: 'adds many events in one transaction and keeps their order',
    run: async ({ store }) => {
      const many = upTo(1_000).map((n) => `e${n}`);
      await transact(store, (transaction) => transaction.append({ outgoing: envelopesOf(many) }));
      same(await sendableIds(store, 2_000), many);
    },
  },
];

/** An uncommitted transaction whose event has its number. */
async function numbered(store: Store, id: string): Promise<StoreTransaction> {
  const transaction = store.begin({ readOnly: false });
  await transaction.append({ outgoing: [testEnvelope({ id })] });
  // An append may be buffered until something else is written.
  await transaction.cancel('unknown');
  return transaction;
}
