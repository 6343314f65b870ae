import { expect, it } from '@jest/globals';
import type { Store } from '../core/ports/store.js';
import { readsOf } from '../test-support/postgres-plan.js';
import { describeWithPostgres, inTestStore, withTestDatabase } from '../test-support/test-postgres.js';
import { quoted } from './sql.js';
import { inboxStatusSql, outboxStatusSql } from './status.js';

const backlog = 20_000;
const limit = 100;
const listeners = 3;
/** Of each listener those found first, and of each of the four kinds as many as are counted, and one more. */
const mostRows = (listeners + 1) * (4 * (limit + 1) + 6);

type Fill = Readonly<Record<string, number>>;

/** Puts in so many rows of each state, one state after the other. */
async function fill(schema: string, inbox: Fill, outbox: Fill): Promise<void> {
  await withTestDatabase(async (database) => {
    for (const [state, count] of Object.entries(inbox)) {
      const text = `
        INSERT INTO ${quoted(schema)}.anywise_inbox (source, listener, id, type, lane, envelope, state, at, received_at)
        SELECT '/test', 'listener' || (n % ${listeners}), '${state}' || n, 'test.happened', '=' || n, '{}', '${state.replace('tried', 'ready')}',
          CASE '${state}' WHEN 'ready' THEN 0 ELSE n END, n
        FROM generate_series(1, $1) AS n`;
      await database.query({ text }, count);
    }
    for (const [state, count] of Object.entries(outbox)) {
      const text = `
        INSERT INTO ${quoted(schema)}.anywise_outbox (id, lane, envelope, state, created_at)
        SELECT '${state}' || n, '=' || n, '{}', '${state}', n FROM generate_series(1, $1) AS n`;
      await database.query({ text }, count);
    }
  });
}

async function analyse(schema: string): Promise<void> {
  await withTestDatabase(async (database) => {
    for (const table of ['inbox', 'outbox'])
      await database.query({ text: `ANALYZE ${quoted(schema)}.anywise_${table}` });
  });
}

async function expectBounded(schema: string): Promise<void> {
  for (const sql of [inboxStatusSql(quoted(schema)), outboxStatusSql(quoted(schema))]) {
    const { rows, scanned } = await readsOf(sql, limit + 1);
    expect(scanned).toEqual([]);
    expect(rows).toBeLessThanOrEqual(mostRows);
  }
}

async function counts(store: Store): Promise<object> {
  const { waiting, running, dead } = await store.inbox.status(limit);
  const { oldestMs: _oldest, relay: _relay, ...outbox } = await store.outbox.status(limit);
  return { inbox: { waiting, running, dead }, outbox };
}

const many = { count: limit, isMore: true };

describeWithPostgres('the status of a PostgreSQL store', () => {
  it('is found in indexes where there is much of everything, whether the planner knows or not', () =>
    inTestStore(async ({ store, schema }) => {
      const states = ['handled', 'ready', 'tried', 'running', 'dead', 'parked', 'blocking'];
      const all = (names: readonly string[]): Fill => Object.fromEntries(names.map((name) => [name, backlog]));
      await fill(schema, all(states), all(['scheduled', 'parked', 'waiting']));
      await expectBounded(schema);
      await analyse(schema);
      await expectBounded(schema);
      expect(await counts(store)).toEqual({
        inbox: { waiting: many, running: many, dead: many },
        outbox: { waiting: many, scheduled: many, parked: many },
      });
    }));

  it.each(['ready', 'tried', 'running', 'dead', 'handled'])(
    'is found in indexes where nearly all of an inbox is %s, whether the planner knows or not',
    (most) =>
      inTestStore(async ({ schema }) => {
        const few = { ready: 2, tried: 2, running: 2, dead: 2, parked: 2 };
        await fill(schema, { [most]: backlog }, {});
        await analyse(schema);
        await fill(schema, Object.fromEntries(Object.entries(few).filter(([state]) => state !== most)), {});
        await expectBounded(schema);
        await analyse(schema);
        await expectBounded(schema);
      }),
  );

  it.each(['waiting', 'scheduled', 'parked'])(
    'is found in indexes where nearly all of an outbox is %s, whether the planner knows or not',
    (most) =>
      inTestStore(async ({ schema }) => {
        const few = { waiting: 2, scheduled: 2, parked: 2 };
        await fill(schema, {}, { [most]: backlog });
        await analyse(schema);
        await fill(schema, {}, Object.fromEntries(Object.entries(few).filter(([state]) => state !== most)));
        await expectBounded(schema);
        await analyse(schema);
        await expectBounded(schema);
      }),
  );
});

describeWithPostgres('a statement that PostgreSQL runs by index', () => {
  it('is not compiled, which takes a second where many rows wait', () =>
    withTestDatabase(async (database) => {
      const { rows } = await database.queryByIndex<{ jit: string }>({ text: 'SHOW jit' });
      expect(rows).toEqual([{ jit: 'off' }]);
    }));
});
