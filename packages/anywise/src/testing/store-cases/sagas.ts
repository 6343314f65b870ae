import assert from 'node:assert/strict';
import type { KeptSaga, Sagas, SagaStep, SagaTransaction } from '../../core/ports/sagas.js';
import type { Store, StoreTransaction } from '../../core/ports/store.js';
import { testEnvelope } from '../envelopes.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { claimOne, endLease, entry, sendableIds, transact, upTo } from './steps.js';

const name = 'test.saga';

function sagasOf(store: Store): Sagas {
  assert.ok(store.sagas !== undefined, 'the store says that it keeps sagas, but has no `sagas`');
  return store.sagas;
}

function sagasIn({ sagas }: StoreTransaction): SagaTransaction {
  assert.ok(sagas !== undefined, 'the transaction has no `sagas`');
  return sagas;
}

function saga(revision: number, change: Partial<KeptSaga> = {}): KeptSaga {
  const timeouts = { unpaid: { id: 't1', dueAt: 5 } };
  return { name, key: 'k', status: 'running', shape: 1, revision, state: `{"n":${revision}}`, timeouts, ...change };
}

function step(id: string, change: Partial<SagaStep> = {}): SagaStep {
  return { messageId: id, type: 'test.happened', outcome: 'stepped', state: '{}', caused: ['test.do'], ...change };
}

const early = (id: string): SagaStep =>
  step(id, { outcome: 'early', state: undefined, caused: [], json: `{"id":"${id}"}` });
const waiting = (revision: number): KeptSaga => saga(revision, { status: 'early', state: undefined, timeouts: {} });

function save(store: Store, kept: KeptSaga, by: SagaStep = step('m')): Promise<void> {
  return transact(store, (transaction) => sagasIn(transaction).save(kept, by));
}

async function statesOf(store: Store): Promise<readonly (string | undefined)[]> {
  return (await sagasOf(store).list({}, { limit: 10 })).map(({ state }) => state);
}

/** Sagas. */
const cases: readonly StoreCase[] = [
  {
    id: 'saga-save',
    behaviour: 'keeps a saga as it was saved, with every step, and finds it by its name and its key',
    run: async ({ store }) => {
      const state = JSON.stringify({ text: 'žluť \u0000 "\\ 🚀', list: [1.5, null] });
      await save(store, saga(1, { state }), step('m1', { outcome: 'started', state }));
      await save(store, saga(2, { shape: 3, timeouts: {} }), step('m2', { caused: [] }));
      await save(store, saga(1, { key: 'K' }));
      const { row, steps } = (await sagasOf(store).find(name, 'k')) ?? assert.fail('it is gone');
      same(
        { ...row, createdAt: 0, changedAt: 0 },
        { ...saga(2, { shape: 3, timeouts: {} }), createdAt: 0, changedAt: 0, endedAt: undefined },
      );
      assert.ok(row.createdAt > 0 && row.changedAt >= row.createdAt);
      same(
        steps.map(({ n, messageId, outcome, state: after, caused }) => [n, messageId, outcome, after, caused]),
        [
          [1, 'm1', 'started', state, ['test.do']],
          [2, 'm2', 'stepped', '{}', []],
        ],
      );
      same(await sagasOf(store).find(name, 'other'), undefined);
      same(await sagasOf(store).find('test.other', 'k'), undefined);
    },
  },
  {
    id: 'saga-revision',
    behaviour: 'refuses a saga whose revision is not the next, and keeps nothing of the transaction',
    run: async ({ store }) => {
      await save(store, saga(1));
      for (const revision of [1, 3]) {
        const transaction = store.begin({ readOnly: false });
        const refused = async (): Promise<void> => {
          await transaction.append({ outgoing: [testEnvelope({ id: `out${revision}` })], incoming: [entry('in')] });
          await sagasIn(transaction).save(saga(revision), step('late'));
          await transaction.commit();
        };
        await assert.rejects(refused, { code: 'CONFLICT', retryable: true });
        await transaction.rollback();
      }
      same(await statesOf(store), ['{"n":1}']);
      same(await sendableIds(store), []);
      same((await sagasOf(store).find(name, 'k'))?.steps.length, 1);
    },
  },
  {
    id: 'saga-one-transaction',
    behaviour: 'saves a saga, its messages, its timeouts and the end of its message together, or nothing of them',
    run: async ({ store }) => {
      await store.inbox.add([entry('m1'), entry('m2')]);
      const [lost, held] = [await claimOne(store, { limit: 1 }), await claimOne(store, { limit: 1 })];
      await endLease(store, lost);
      await store.inbox.release([await claimOne(store, { limit: 1 })]);
      for (const [claim, wins] of [
        [lost, false],
        [held, true],
      ] as const) {
        const transaction = store.begin({ readOnly: false });
        await sagasIn(transaction).open(name, 'k');
        await sagasIn(transaction).save(saga(1), step(claim.id));
        const scheduled = [{ envelope: testEnvelope({ id: `t-${claim.id}` }), due: { delayMs: 3_600_000 } }];
        await transaction.append({ outgoing: [testEnvelope({ id: `out-${claim.id}` })], scheduled });
        assert.equal(await transaction.commit({ claim }), wins);
      }
      same(
        (await sagasOf(store).find(name, 'k'))?.steps.map(({ messageId }) => messageId),
        [held.id],
      );
      same(await sendableIds(store), [`out-${held.id}`]);
      same(
        (await store.scheduled.list(10)).map(({ id }) => id),
        [`t-${held.id}`],
      );
    },
  },
  {
    id: 'saga-rolled-back',
    behaviour: 'forgets what was rolled back, also of a part alone',
    run: async ({ store }) => {
      await transact(store, async (transaction) => {
        await sagasIn(transaction).save(saga(1), step('m1'));
        const part = transaction.nest();
        await sagasIn(transaction).save(saga(2), step('m2'));
        await part.undo();
        await sagasIn(transaction).save(saga(2, { state: '{"n":"again"}' }), step('m3'));
      });
      const transaction = store.begin({ readOnly: false });
      await sagasIn(transaction).save(saga(3), step('m4'));
      await transaction.rollback();
      same(await statesOf(store), ['{"n":"again"}']);
      same(
        (await sagasOf(store).find(name, 'k'))?.steps.map(({ messageId }) => messageId),
        ['m1', 'm3'],
      );
    },
  },
  {
    id: 'saga-opened',
    behaviour: 'lets a second transaction see a saga only once the first that opened it has ended',
    run: async ({ store }) => {
      await save(store, saga(1));
      const order: string[] = [];
      const first = store.begin({ readOnly: false });
      await sagasIn(first).open(name, 'k');
      const second = transact(store, async (transaction) => {
        const row = await sagasIn(transaction).open(name, 'k');
        order.push(`second sees ${String(row?.revision)}`);
        await sagasIn(transaction).save(saga(3), step('m3'));
      });
      order.push('first saves');
      await sagasIn(first).save(saga(2), step('m2'));
      assert.equal(await first.commit(), true);
      await second;
      same(order, ['first saves', 'second sees 2']);
    },
  },
  {
    id: 'saga-early',
    behaviour:
      'keeps early messages in their order, gives them once, and gives them back if the transaction rolls back',
    run: async ({ store }) => {
      for (const n of [1, 2, 3]) await save(store, waiting(n), early(`e${n}`));
      same((await sagasOf(store).list({ status: 'early' }, { limit: 10 })).length, 1);
      const jsons = upTo(3).map((n) => `{"id":"e${n + 1}"}`);
      const undone = store.begin({ readOnly: false });
      same(await sagasIn(undone).takeEarly(name, 'k'), jsons);
      await undone.rollback();
      await transact(store, async (transaction) => {
        same(await sagasIn(transaction).takeEarly(name, 'k'), jsons);
        await sagasIn(transaction).save(saga(4), step('m'));
      });
      same(await transact(store, (transaction) => sagasIn(transaction).takeEarly(name, 'k')), []);
      same(
        (await sagasOf(store).find(name, 'k'))?.steps.map(({ outcome }) => outcome),
        ['early', 'early', 'early', 'stepped'],
      );
    },
  },
  {
    id: 'saga-steps',
    behaviour: 'keeps the last hundred steps of a saga, and every message that waits',
    run: async ({ store }) => {
      await save(store, waiting(1), early('e'));
      await transact(store, async (transaction) => {
        for (const n of upTo(104)) await sagasIn(transaction).save(saga(n + 2), step(`m${n + 2}`));
      });
      const steps = (await sagasOf(store).find(name, 'k'))?.steps.map(({ n }) => n) ?? [];
      same([steps[0], steps[1], steps.at(-1), steps.length], [1, 6, 105, 101]);
    },
  },
  {
    id: 'saga-list',
    behaviour: 'lists sagas by name and status, and counts those that have not ended',
    run: async ({ store }) => {
      await save(store, saga(1, { key: 'a' }));
      await save(store, saga(1, { key: 'b', status: 'ended' }));
      await save(store, saga(1, { key: 'c', name: 'test.other' }));
      const keys = async (filter: Parameters<Sagas['list']>[0], limit = 10): Promise<string[]> =>
        (await sagasOf(store).list(filter, { limit })).map(({ key }) => key).sort();
      same(await keys({}), ['a', 'b', 'c']);
      same((await keys({}, 2)).length, 2);
      same(await keys({ name }), ['a', 'b']);
      same(await keys({ name, status: 'running' }), ['a']);
      same(
        [...(await sagasOf(store).count())].sort((a, b) =>
          `${a.name}${a.status}`.localeCompare(`${b.name}${b.status}`),
        ),
        [
          { name: 'test.other', status: 'running', count: 1 },
          { name, status: 'running', count: 1 },
        ],
      );
    },
  },
  {
    id: 'saga-clean',
    behaviour: 'forgets sagas that ended before the retention, with their steps, and no others',
    run: async ({ store }) => {
      await save(store, saga(1, { key: 'ended', status: 'ended' }));
      await save(store, saga(1, { key: 'running' }));
      await save(store, waiting(1), early('e'));
      await store.clean(3_600_000);
      same((await sagasOf(store).list({}, { limit: 10 })).length, 3);
      // The clock of the store has to move on by a millisecond.
      await eventually(async () => {
        await store.clean(0);
        same((await sagasOf(store).list({}, { limit: 10 })).map(({ key }) => key).sort(), ['k', 'running']);
      });
      same(await sagasOf(store).find(name, 'ended'), undefined);
      await save(store, saga(1, { key: 'ended' }));
      same((await sagasOf(store).find(name, 'ended'))?.steps.length, 1);
    },
  },
];

export const sagaCases: readonly StoreCase[] = cases.map((each) => ({ ...each, needs: ['keepsSagas'] }));
