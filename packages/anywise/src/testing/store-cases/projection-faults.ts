import assert from 'node:assert/strict';
import type {
  FaultTransaction,
  NewFault,
  ProjectionFault,
  ProjectionKey,
  Projections,
} from '../../core/ports/projections.js';
import type { Store } from '../../core/ports/store.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';

const key: ProjectionKey = { name: 'test.list', version: 1, generation: 1 };
const next: ProjectionKey = { ...key, generation: 2 };

function projectionsOf(store: Store): Projections {
  assert.ok(store.projections !== undefined, 'the store says that it projects, but has no `projections`');
  return store.projections;
}

async function within<T>(store: Store, work: (faults: FaultTransaction) => Promise<T>): Promise<T> {
  const transaction = store.begin({ readOnly: false, isAlone: true });
  try {
    assert.ok(transaction.projections !== undefined, 'the transaction has no `projections`');
    const result = await work(transaction.projections.faults);
    if (result === false) await transaction.rollback();
    else assert.equal(await transaction.commit(), true);
    return result;
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

/** An event that has failed, or waits for one. */
function fault(position: number, stream: string, error?: string, state: NewFault['state'] = 'parked'): NewFault {
  return { position, stream, eventVersion: position, type: 'test.noted', state, error };
}

/** Of the stream `a` two events wait for the first, of `b` one has failed, and another was left out. */
const some = [
  fault(1, 'a', 'no \u0000 column'),
  fault(2, 'a'),
  fault(3, 'b', 'no b'),
  fault(4, 'a'),
  fault(5, 'c', 'no c', 'skipped'),
];

async function withSome(store: Store): Promise<void> {
  await projectionsOf(store).prepare(key, []);
  await within(store, (faults) => faults.add(key, some));
}

async function countsOf(store: Store, of = key): Promise<readonly unknown[]> {
  const rows = await projectionsOf(store).list();
  const row = rows.find(({ generation }) => generation === of.generation);
  return [row?.parked, row?.skipped, row?.isDue];
}

const failed = async (store: Store, filter = {}): Promise<readonly string[]> =>
  (await projectionsOf(store).faults.list(filter, { limit: 100 })).map(
    ({ position, stream, state }) => `${position} ${stream} ${state}`,
  );

async function makeLive(store: Store, of: ProjectionKey): Promise<void> {
  const transaction = store.begin({ readOnly: false });
  await transaction.projections?.live(of, false);
  await transaction.commit();
}

/** Takes in what is due, all of it or up to `limit`, and returns the positions. */
const take = (store: Store, limit = 100): Promise<readonly number[]> =>
  within(store, async (faults) => {
    const due = await faults.due(key, limit);
    const positions = due.map(({ position }) => position);
    const [first] = due;
    if (first !== undefined) assert.equal(await faults.taken(key, first.stream, positions), true);
    return positions;
  });

/** What read models could not take in. */
const cases: readonly StoreCase[] = [
  {
    id: 'projection-fault-kept',
    behaviour:
      'keeps the events that a read model could not take in, with those that wait for them, in the transaction',
    run: async ({ store }) => {
      await projectionsOf(store).prepare(key, []);
      await within(store, async (faults) => {
        await faults.add(key, some);
        return false;
      });
      same([await countsOf(store), await failed(store)], [[0, 0, false], []]);
      await within(store, (faults) => faults.add(key, some));
      same(await countsOf(store), [4, 1, false]);
      const [first] = await projectionsOf(store).faults.list({}, { limit: 1 });
      const { at, error, ...rest } = first ?? assert.fail('it is not listed');
      const kept: Omit<ProjectionFault, 'at' | 'error'> = {
        ...{ ...key, position: 1, stream: 'a', eventVersion: 1 },
        ...{ type: 'test.noted', state: 'parked' },
      };
      same(rest, kept);
      assert.ok(Math.abs(Date.now() - at) < 600_000 && error.startsWith('no '));
      same(await failed(store), ['1 a parked', '3 b parked', '5 c skipped']);
      same(await failed(store, { stream: 'b' }), ['3 b parked']);
      same(await failed(store, { name: key.name, version: 2 }), []);
    },
  },
  {
    id: 'projection-fault-streams',
    behaviour: 'says where a generation is, and of which streams it has parked events',
    run: async ({ store }) => {
      await withSome(store);
      await projectionsOf(store).prepare(next, []);
      const held = async (of: ProjectionKey): Promise<readonly unknown[]> => {
        const found = await within(store, (faults) => faults.hold(of, ['a', 'b', 'c', 'd']));
        return [found?.position, found && [...found.parked].sort()];
      };
      same(
        [await held(key), await held(next), await held({ ...next, generation: 3 })],
        [
          [0, ['a', 'b']],
          [0, []],
          [undefined, undefined],
        ],
      );
    },
  },
  {
    id: 'projection-fault-retry',
    behaviour: 'retries what is parked of a stream in its order, and has the next one tried when one was taken in',
    run: async ({ store }) => {
      await withSome(store);
      const { faults } = projectionsOf(store);
      same(await take(store), []);
      assert.equal(await faults.retry({ name: key.name, stream: 'a' }), 1);
      same([await countsOf(store), await failed(store, { stream: 'a' })], [[4, 1, true], ['1 a due']]);
      same(await take(store, 1), [1]);
      same(
        [await countsOf(store), await take(store), await countsOf(store)],
        [
          [3, 1, true],
          [2, 4],
          [1, 1, false],
        ],
      );
      assert.equal(await faults.retry({}), 1);
      same([await take(store), await countsOf(store), await failed(store)], [[3], [0, 1, false], ['5 c skipped']]);
      assert.equal(await faults.retry({}), 0);
    },
  },
  {
    id: 'projection-fault-fails-again',
    behaviour: 'parks an event again that fails in a retry, or one that waited for it, with its error',
    run: async ({ store }) => {
      await withSome(store);
      const { faults } = projectionsOf(store);
      await faults.retry({ stream: 'a' });
      await within(store, (own) => own.fail(key, 1, 'still \u0000'));
      same([await countsOf(store), await take(store)], [[4, 1, false], []]);
      const [again] = await faults.list({ stream: 'a' }, { limit: 5 });
      assert.ok(again?.error.startsWith('still ') === true && again.state === 'parked');
      await faults.retry({ stream: 'a' });
      same(await take(store, 1), [1]);
      await within(store, (own) => own.fail(key, 2, 'nor this'));
      same([await countsOf(store), await failed(store, { stream: 'a' })], [[3, 1, false], ['2 a parked']]);
    },
  },
  {
    id: 'projection-fault-skip',
    behaviour: 'leaves parked events out by hand, and has those that waited for them tried',
    run: async ({ store }) => {
      await withSome(store);
      const { faults } = projectionsOf(store);
      assert.equal(await faults.skip({ stream: 'a' }), 1);
      same([await countsOf(store), await failed(store, { stream: 'a' })], [[3, 2, true], ['1 a skipped']]);
      same(
        [await take(store), await countsOf(store)],
        [
          [2, 4],
          [1, 2, false],
        ],
      );
      await faults.retry({});
      same([await faults.skip({}), await countsOf(store), await faults.skip({})], [1, [0, 3, false], 0]);
    },
  },
  {
    id: 'projection-fault-two-runners',
    behaviour: 'lets one of several runners take in what is parked',
    run: async ({ store, again }) => {
      const other = await again();
      await withSome(store);
      await projectionsOf(store).faults.retry({ stream: 'a' });
      const taken = await Promise.all([store, other, store, other].map((one) => take(one)));
      same(
        taken.filter((positions) => positions.length > 0),
        [[1, 2, 4]],
      );
      same(await countsOf(store), [1, 1, false]);
      const late = within(store, (own) => own.taken(key, 'a', [1]));
      assert.equal(await late, false);
      await other.close();
    },
  },
  {
    id: 'projection-fault-dropped',
    behaviour:
      'forgets what a generation could not take in with the generation, and leaves it alone once that is retired',
    run: async ({ store }) => {
      await withSome(store);
      const projections = projectionsOf(store);
      await projections.prepare(next, []);
      await within(store, (faults) => faults.add(next, [fault(1, 'a', 'no')]));
      await makeLive(store, next);
      same(
        [await failed(store), await projections.faults.retry({}), await countsOf(store)],
        [['1 a parked'], 1, [4, 1, false]],
      );
      for (const generation of [key, next]) await projections.drop(generation);
      await projections.prepare(key, []);
      same([await failed(store), await countsOf(store)], [[], [0, 0, false]]);
    },
  },
  {
    id: 'projection-actions',
    behaviour: 'records who rebuilt, dropped, retried and skipped what, and nothing if nothing changed',
    needs: ['observable'],
    run: async ({ store }) => {
      await withSome(store);
      const projections = projectionsOf(store);
      const { name, version } = key;
      for (const by of [undefined, 'ada']) {
        await projections.faults.retry({ name, stream: by && 'b' }, by);
        await projections.faults.skip({ name, version: 2 }, 'ada');
      }
      await projections.faults.skip({ name, version, stream: 'a' }, 'bob');
      await makeLive(store, key);
      assert.equal(await projections.rebuild({ name: 'test.other', version }, 'ada'), undefined);
      for (let twice = 0; twice < 2; twice++) await projections.rebuild({ name, version }, 'ada');
      for (let twice = 0; twice < 2; twice++) await projections.drop(next, 'bob');
      const records = (await store.actions?.list({ limit: 10 })) ?? [];
      same(
        records.map(({ who, what, target, count }) => ({ who, what, target, count })),
        [
          { who: 'bob', what: 'projections drop', target: { ...next }, count: 1 },
          { who: 'ada', what: 'projections rebuild', target: { name, version }, count: 1 },
          { who: 'bob', what: 'projections skip', target: { name, version, stream: 'a' }, count: 1 },
          { who: 'ada', what: 'projections retry', target: { name, stream: 'b' }, count: 1 },
        ],
      );
    },
  },
];

export const projectionFaultCases: readonly StoreCase[] = cases.map((one) => ({
  ...one,
  needs: ['keepsEvents', 'projects', ...(one.needs ?? [])],
}));
