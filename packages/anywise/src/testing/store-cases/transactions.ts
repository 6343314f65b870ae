import assert from 'node:assert/strict';
import type { StoreTransaction } from '../../core/ports/store.js';
import { testEnvelope } from '../envelopes.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { append, claimOne, entry, finish, sendableIds } from './steps.js';

/** The rules for a message's transaction. */
export const transactionCases: readonly StoreCase[] = [
  {
    id: 'transaction-read-only',
    behaviour: 'refuses writes in a read-only transaction',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1')]);
      const claimed = await claimOne(store);
      const writes: readonly ((transaction: StoreTransaction) => Promise<unknown>)[] = [
        (transaction) => transaction.append({ outgoing: [testEnvelope()] }),
        (transaction) => transaction.append({ scheduled: [{ envelope: testEnvelope(), due: { delayMs: 0 } }] }),
        (transaction) => transaction.cancel('m1'),
        (transaction) =>
          transaction.commit({ reply: { key: { type: 'test.do', key: 'k1' }, kept: { fingerprint: 'f', reply: 1 } } }),
        (transaction) => transaction.commit({ claim: claimed }),
      ];
      for (const write of writes) {
        const transaction = store.begin({ readOnly: true });
        await assert.rejects(async () => write(transaction), { code: 'READ_ONLY' });
        await transaction.rollback();
      }
      assert.equal(await finish(store, claimed), true);
    },
  },
  {
    id: 'transaction-unused',
    behaviour: 'blocks nothing with an unused transaction, and ends it either way',
    run: async ({ store }) => {
      const unused = [false, false, true].map((readOnly) => store.begin({ readOnly }));
      await append(store, ['e1']);
      for (const [n, transaction] of unused.entries()) await (n === 0 ? transaction.rollback() : transaction.commit());
      same(await sendableIds(store), ['e1']);
    },
  },
  {
    id: 'transaction-all',
    behaviour: 'drops everything in a transaction that is rolled back, and lets the next continue',
    run: async ({ store }) => {
      const lost = store.begin({ readOnly: false });
      const scheduled = [{ envelope: testEnvelope(), due: { delayMs: 0 } }];
      await lost.append({ outgoing: [testEnvelope()], scheduled, incoming: [entry('own')] });
      await lost.rollback();
      const outbox = await store.outbox.status();
      const inbox = await store.inbox.status();
      same([outbox.waiting.count, outbox.scheduled.count, inbox.waiting.count], [0, 0, 0]);
      await append(store, ['next']);
      same(await sendableIds(store), ['next']);
    },
  },
  {
    id: 'transaction-part',
    behaviour: 'undoes a part of a transaction without the rest, and lets the rest continue',
    run: async ({ store }) => {
      const cancels = async (id: string): Promise<void> => {
        const scheduling = store.begin({ readOnly: false });
        await scheduling.append({ scheduled: [{ envelope: testEnvelope({ id }), due: { delayMs: 60_000 } }] });
        await scheduling.commit();
      };
      for (const id of ['kept', 'undone', 'whole', 'inner', 'outer']) await cancels(id);
      const transaction = store.begin({ readOnly: false });
      const whole = transaction.nest();
      assert.equal(await transaction.cancel('whole'), true);
      await whole.undo();
      assert.equal(await transaction.cancel('kept'), true);
      const part = transaction.nest();
      assert.equal(await transaction.cancel('undone'), true);
      await part.undo();
      const outer = transaction.nest();
      const inner = transaction.nest();
      assert.equal(await transaction.cancel('inner'), true);
      await inner.end();
      assert.equal(await transaction.cancel('outer'), true);
      await outer.undo();
      const ended = transaction.nest();
      await ended.end();
      assert.equal(await transaction.commit(), true);
      assert.equal((await store.outbox.status()).scheduled.count, 4);
    },
  },
  {
    id: 'transaction-order',
    behaviour: 'keeps the order of appends within a transaction, call after call',
    run: async ({ store }) => {
      const transaction = store.begin({ readOnly: false });
      for (const id of ['e1', 'e2', 'e3']) await transaction.append({ outgoing: [testEnvelope({ id })] });
      await transaction.commit();
      same(await sendableIds(store), ['e1', 'e2', 'e3']);
    },
  },
  {
    id: 'transaction-ended',
    behaviour: 'refuses the use of an ended transaction, without affecting others',
    run: async ({ store }) => {
      for (const end of ['commit', 'rollback'] as const) {
        const transaction = store.begin({ readOnly: false });
        await transaction.append({ outgoing: [testEnvelope({ id: end })] });
        await transaction[end]();
        const late: readonly (() => Promise<unknown>)[] = [
          () => transaction.append({ outgoing: [testEnvelope({ id: 'late' })] }),
          () => transaction.cancel('late'),
        ];
        for (const use of late) await assert.rejects(async () => use(), { code: 'NOT_AWAITED' });
      }
      await append(store, ['next']);
      same(await sendableIds(store), ['commit', 'next']);
    },
  },
];
