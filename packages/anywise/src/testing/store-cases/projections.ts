import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import type {
  ProjectionKey,
  ProjectionRow,
  Projections,
  ProjectionTransaction,
  ProjectionVersion,
} from '../../core/ports/projections.js';
import { StreamConflictError } from '../../core/ports/event-log.js';
import { SqlTransaction } from '../../core/ports/sql.js';
import type { Store, StoreTransaction } from '../../core/ports/store.js';
import { eventually } from '../eventually.js';
import { same } from '../same.js';
import type { StoreCase } from '../store-case.js';
import { fill, idsOf, logIn, logOf, readFeed, toAppend } from './log-steps.js';
import { upTo } from './steps.js';

const noFaults = { parked: 0, skipped: 0, isDue: false };
const list: ProjectionVersion = { name: 'test.list', version: 1 };
const first: ProjectionKey = { ...list, generation: 1 };

function projectionsOf(store: Store): Projections {
  assert.ok(store.projections !== undefined, 'the store says that it projects, but has no `projections`');
  return store.projections;
}

function within(transaction: StoreTransaction): ProjectionTransaction {
  assert.ok(transaction.projections !== undefined, 'the transaction has no `projections`');
  return transaction.projections;
}

/** Runs work in a transaction and commits it, or rolls back if it returns `false`. */
async function commit<T>(store: Store, work: (projections: ProjectionTransaction) => Promise<T>): Promise<T> {
  const transaction = store.begin({ readOnly: false, isAlone: true });
  try {
    const result = await work(within(transaction));
    if (result === false) await transaction.rollback();
    else assert.equal(await transaction.commit(), true);
    return result;
  } catch (error) {
    await transaction.rollback();
    throw error;
  }
}

async function rowOf(store: Store, key: ProjectionKey = first): Promise<ProjectionRow | undefined> {
  const rows = await projectionsOf(store).list();
  return rows.find((row) => row.name === key.name && row.version === key.version && row.generation === key.generation);
}

async function stateOf(store: Store, key: ProjectionKey = first): Promise<readonly unknown[]> {
  const row = await rowOf(store, key);
  return [row?.state, row?.position];
}

function readable(store: Store, projection: ProjectionVersion = list): Promise<number | undefined> {
  const transaction = store.begin({ readOnly: true });
  return within(transaction)
    .generation(projection)
    .finally(() => transaction.rollback());
}

const moved = (store: Store, from: number, to: number, key = first): Promise<boolean> =>
  commit(store, (projections) => projections.advance(key, from, to));

const makeLive = (store: Store, key: ProjectionKey, isInline = false): Promise<void> =>
  commit(store, async (projections) => {
    if (isInline) await projections.appendAlone();
    await projections.live(key, isInline);
  });

/** What the events of a read model have come by: each must come once. */
interface Seen {
  readonly byFeed: string[];
  readonly byAppend: string[];
}

/** Appends to one of a few streams, and writes the read model if it has to. */
async function appendOne(store: Store, id: string, asks: boolean, seen: Seen): Promise<void> {
  const stream = `s${id.length % 3}`;
  const transaction = store.begin({ readOnly: false });
  try {
    const { events } = await logIn(transaction).load(stream, { limit: 10_000 });
    const keys = asks ? await within(transaction).writable([list]) : [];
    await logIn(transaction).append([toAppend(stream, events.at(-1)?.version ?? 0, [id])]);
    assert.equal(await transaction.commit(), true);
    if (keys.length > 0) seen.byAppend.push(id);
  } catch (error) {
    await transaction.rollback();
    if (!StreamConflictError.is(error)) throw error;
    await setImmediate();
    await appendOne(store, id, asks, seen);
  }
}

/** One turn of a runner whose read model appenders are to write once it has caught up. */
async function runOnce(store: Store, seen: Seen, limit: number): Promise<void> {
  const row = await rowOf(store);
  if (row === undefined || row.state === 'inline') return;
  const page = await logOf(store).feed(row.position, { limit });
  if (!page.isEnd) {
    if (await moved(store, row.position, page.position)) seen.byFeed.push(...idsOf(page.events));
    return;
  }
  const ids = await commit(store, async (projections) => {
    await projections.appendAlone();
    const rest = await logOf(store).feed(row.position, { limit: 10_000 });
    if (!rest.isEnd || rest.isHeldUp || !(await projections.advance(first, row.position, rest.position))) return false;
    await projections.live(first, true);
    return idsOf(rest.events);
  });
  if (ids !== false) seen.byFeed.push(...ids);
}

async function runUntil(isOver: () => boolean, store: Store, seen: Seen): Promise<void> {
  while (!isOver()) {
    await runOnce(store, seen, 5);
    await setImmediate();
  }
}

/** Read models that are made from the log. */
const cases: readonly StoreCase[] = [
  {
    id: 'projection-prepare',
    behaviour: 'makes a generation of a read model once, which is built from the first event on',
    run: async ({ store }) => {
      same(await projectionsOf(store).list(), []);
      assert.equal(await readable(store), undefined);
      await projectionsOf(store).prepare(first, []);
      await moved(store, 0, 5);
      await projectionsOf(store).prepare(first, []);
      const { seenAt, ...row } = (await rowOf(store)) ?? assert.fail('it is not listed');
      assert.ok(Math.abs(Date.now() - seenAt) < 600_000);
      same(row, {
        ...first,
        state: 'building',
        position: 5,
        isMade: true,
        failedAt: undefined,
        lastError: undefined,
        ...noFaults,
      });
      assert.equal(await readable(store), 1);
    },
  },
  {
    id: 'projection-advance',
    behaviour: 'moves a read model only from where it is, together with what its transaction wrote',
    run: async ({ store }) => {
      await projectionsOf(store).prepare(first, []);
      assert.equal(await moved(store, 0, 10), true);
      for (const from of [0, 9, 11]) assert.equal(await moved(store, from, 20), false);
      const undone = store.begin({ readOnly: false });
      assert.equal(await within(undone).advance(first, 10, 20), true);
      await undone.rollback();
      same(await stateOf(store), ['building', 10]);
      assert.equal(await moved(store, 10, 20), true);
      assert.equal(await moved(store, 0, 5, { ...first, generation: 2 }), false);
    },
  },
  {
    id: 'projection-two-runners',
    behaviour: 'lets one of several runners that have read the same events move a read model',
    run: async ({ store }) => {
      await projectionsOf(store).prepare(first, []);
      for (const round of upTo(5)) {
        const tries = await Promise.all(upTo(4).map(() => moved(store, round, round + 1)));
        same(
          tries.filter((won) => won),
          [true],
        );
      }
      same(await stateOf(store), ['building', 5]);
    },
  },
  {
    id: 'projection-lease',
    behaviour: 'lets one holder at a time fill a version of a read model, until its lease ends or is given back',
    run: async ({ store }) => {
      const projections = projectionsOf(store);
      assert.equal(await projections.lease(list, 'a', 600_000), true);
      assert.equal(await projections.lease(list, 'b', 600_000), false);
      assert.equal(await projections.lease({ ...list, version: 2 }, 'b', 600_000), true);
      assert.equal(await projections.lease(list, 'a', 600_000), true);
      assert.equal(await projections.lease(list, 'a', 0), true);
      assert.equal(await projections.lease(list, 'b', 1), true);
      await eventually(async () => assert.equal(await projections.lease(list, 'c', 600_000), true));
      assert.equal(await projections.lease(list, 'b', 600_000), false);
    },
  },
  {
    id: 'projection-live',
    behaviour: 'reads the live generation of a read model while another is built, and retires it when that is live',
    run: async ({ store }) => {
      const projections = projectionsOf(store);
      const second = { ...list, generation: 2 };
      assert.equal(await projections.rebuild(list), undefined);
      await projections.prepare(first, []);
      await makeLive(store, first);
      same([await projections.rebuild(list), await projections.rebuild(list)], [2, 2]);
      same([(await rowOf(store, second))?.isMade, await stateOf(store, second)], [false, ['building', 0]]);
      await projections.prepare(second, []);
      assert.equal((await rowOf(store, second))?.isMade, true);
      assert.equal(await readable(store), 1);
      await commit(store, async (own) => {
        assert.equal(await own.advance(second, 0, 7), true);
        await own.live(second, false);
        return true;
      });
      assert.equal(await readable(store), 2);
      same(
        [await stateOf(store), await stateOf(store, second)],
        [
          ['retired', 0],
          ['live', 7],
        ],
      );
      assert.equal(await moved(store, 0, 1), false);
      assert.equal(await projections.rebuild(list), 3);
    },
  },
  {
    id: 'projection-versions',
    behaviour: 'keeps the versions of a read model apart',
    run: async ({ store }) => {
      const next = { ...list, version: 2 };
      await projectionsOf(store).prepare(first, []);
      await makeLive(store, first);
      await projectionsOf(store).prepare({ ...next, generation: 1 }, []);
      await makeLive(store, { ...next, generation: 1 });
      await moved(store, 0, 3, { ...next, generation: 1 });
      same([await readable(store), await readable(store, next)], [1, 1]);
      same(
        [await stateOf(store), await stateOf(store, { ...next, generation: 1 })],
        [
          ['live', 0],
          ['live', 3],
        ],
      );
    },
  },
  {
    id: 'projection-inline',
    behaviour: 'says to transactions that append what they have to write, and takes it back from one that does not',
    run: async ({ store }) => {
      await projectionsOf(store).prepare(first, []);
      const asked = (): Promise<readonly ProjectionKey[]> => commit(store, (own) => own.writable([list]));
      same(await asked(), []);
      await makeLive(store, first);
      same(await asked(), []);
      await makeLive(store, first, true);
      same(await asked(), [first]);
      assert.equal(await moved(store, 0, 1), false);
      await appendOne(store, 'written', true, { byFeed: [], byAppend: [] });
      same(await stateOf(store), ['inline', 0]);
      await commit(store, (own) => own.writable([]));
      await fill(store, 'other', 2);
      same((await rowOf(store))?.state, 'live');
      const left = await readFeed(store, (await rowOf(store))?.position);
      same(idsOf(left), ['other#1', 'other#2']);
      same(await asked(), []);
    },
  },
  {
    id: 'projection-inline-switch',
    behaviour: 'gives each event to the feed or to its appender, never to both or none, however often that changes',
    run: async ({ store, again }) => {
      const other = await again();
      await projectionsOf(store).prepare(first, []);
      const seen: Seen = { byFeed: [], byAppend: [] };
      let isOver = false;
      const running = runUntil(() => isOver, store, seen);
      const ids = upTo(6).map((writer) => upTo(25).map((n) => `w${writer}e${'x'.repeat(writer % 3)}${n}`));
      await Promise.all(
        ids.map(async (own, writer) => {
          for (const [n, id] of own.entries()) {
            await appendOne(writer % 2 === 0 ? store : other, id, writer > 0 || n % 4 > 0, seen);
          }
        }),
      );
      isOver = true;
      await running;
      while ((await rowOf(store))?.state !== 'inline') await runOnce(store, seen, 1_000);
      if (other !== store) await other.close();
      same([...seen.byFeed, ...seen.byAppend].sort(), ids.flat().sort());
      assert.ok(seen.byFeed.length > 0 && seen.byAppend.length > 0);
    },
  },
  {
    id: 'projection-fail',
    behaviour: 'keeps since when and why a read model is stuck, until it moves on',
    run: async ({ store }) => {
      await projectionsOf(store).prepare(first, []);
      await projectionsOf(store).fail(first, 'no \u0000 column');
      const failed = await rowOf(store);
      await projectionsOf(store).fail(first, 'still not');
      const later = await rowOf(store);
      assert.ok(failed?.failedAt !== undefined && failed.lastError?.startsWith('no ') === true);
      same([later?.failedAt, later?.lastError], [failed.failedAt, 'still not']);
      await moved(store, 0, 1);
      same([(await rowOf(store))?.failedAt, (await rowOf(store))?.lastError], [undefined, undefined]);
    },
  },
  {
    id: 'projection-drop',
    behaviour: 'deletes a generation by hand, and one that no process has had for the retention',
    run: async ({ store }) => {
      const projections = projectionsOf(store);
      await projections.prepare(first, []);
      await projections.prepare({ ...list, version: 2, generation: 1 }, []);
      await projections.drop(first);
      await projections.drop(first);
      same(await rowOf(store), undefined);
      await store.clean(600_000);
      assert.equal((await projections.list()).length, 1);
      await eventually(async () => {
        await store.clean(1);
        same(await projections.list(), []);
      });
    },
  },
  {
    id: 'projection-tables',
    behaviour: 'makes the tables of a generation with it, once, and deletes them with it',
    needs: ['hasTables'],
    run: async ({ store, again }) => {
      const other = await again();
      const table = {
        name: 'list_v1',
        sql: 'CREATE TABLE list_v1 (id TEXT NOT NULL); CREATE INDEX list_id ON list_v1 (id)',
      };
      const prepare = (one: Store): Promise<void> => projectionsOf(one).prepare(first, [table]);
      await Promise.all([store, other, store, other].map(prepare));
      await commit(store, async () => undefined);
      const count = async (): Promise<number> => {
        const transaction = store.begin({ readOnly: true });
        const sql = transaction.client(SqlTransaction) as SqlTransaction;
        return sql
          .all('SELECT * FROM list_v1')
          .then((rows) => rows.length)
          .finally(() => transaction.rollback());
      };
      assert.equal(await count(), 0);
      const undone = store.begin({ readOnly: false });
      await (undone.client(SqlTransaction) as SqlTransaction).run("INSERT INTO list_v1 VALUES ('a')");
      assert.equal(await within(undone).advance(first, 0, 1), true);
      await undone.rollback();
      same([await count(), await stateOf(store)], [0, ['building', 0]]);
      const broken = { name: 'other_v1', sql: 'CREATE TABLE other_v1 (' };
      await assert.rejects(projectionsOf(store).prepare({ ...list, version: 2, generation: 1 }, [broken]));
      assert.equal((await projectionsOf(store).list()).length, 1);
      await projectionsOf(store).drop(first);
      await assert.rejects(count());
      await other.close();
    },
  },
];

export const projectionCases: readonly StoreCase[] = cases.map((one) => ({
  ...one,
  needs: ['keepsEvents', 'projects', ...(one.needs ?? [])],
}));
