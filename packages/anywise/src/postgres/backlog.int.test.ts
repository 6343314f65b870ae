import { expect, it } from '@jest/globals';
import type { Store } from '../core/ports/store.js';
import { testEntry } from '../testing/envelopes.js';
import { readsOf } from '../test-support/postgres-plan.js';
import { describeWithPostgres, inTestStore, withTestDatabase } from '../test-support/test-postgres.js';
import { findCandidatesSql, findHiddenSql, windowFor } from './claimable.js';
import { quoted } from './sql.js';

const backlog = 100_000;

/** Puts in many rows that differ in nothing but their id and lane. No statistics tell the planner of them. */
async function fill(schema: string, lane: string, at: number): Promise<void> {
  await withTestDatabase((database) =>
    database.query(
      {
        text: `
          INSERT INTO ${quoted(schema)}.anywise_inbox (listener, id, source, type, lane, envelope, state, at, received_at)
          SELECT 'listener', 'w' || n, '/test', 'test.happened', ${lane}, '{}', 'ready', $2, 0 FROM generate_series(1, $1) AS n`,
      },
      backlog,
      at,
    ),
  );
}

async function claimIds(store: Store): Promise<string[]> {
  const { claims } = await store.inbox.claim({
    listeners: new Map([['listener', 100]]),
    holder: 'h',
    limit: 10,
    leaseMs: 30_000,
  });
  return claims.map(({ id }) => id);
}

describeWithPostgres('a claim on PostgreSQL', () => {
  it('reads a bounded number of rows where nearly all wait behind one key', () =>
    inTestStore(async ({ store, schema }) => {
      await store.inbox.add([testEntry({ id: 'poison', key: 'k' })]);
      const {
        claims: [poison],
      } = await store.inbox.claim({
        listeners: new Map([['listener', 100]]),
        holder: 'h',
        limit: 1,
        leaseMs: 30_000,
      });
      if (poison !== undefined) await store.inbox.fail(poison, { outcome: 'dead', onDead: 'park', error: 'poison' });
      await fill(schema, `'=k'`, 0);
      await store.inbox.add([testEntry({ id: 'free', key: 'a' }), testEntry({ id: 'alone' })]);
      const { rows: found } = await readsOf(findCandidatesSql(quoted(schema)), ['listener'], 10, 256, 'h');
      const { rows: hidden } = await readsOf(findHiddenSql(quoted(schema)), ['listener'], [''], 256);
      expect(found).toBeLessThan(1_000);
      expect(hidden).toBeLessThan(1_000);
      expect((await claimIds(store)).sort()).toEqual(['alone', 'free']);
    }));

  it('looks at few more rows than it claims where all may be claimed, and once at what is before each', () =>
    inTestStore(async ({ schema }) => {
      await fill(schema, `'=' || n`, 0);
      const limit = 100;
      const { rows, pages } = await readsOf(
        findCandidatesSql(quoted(schema)),
        ['listener'],
        limit,
        windowFor(limit),
        'h',
      );
      expect(rows / limit).toBeLessThanOrEqual(5);
      expect(pages / limit).toBeLessThanOrEqual(25);
    }));

  it('reads a bounded number of rows where nearly all wait for their retry', () =>
    inTestStore(async ({ store, schema }) => {
      await fill(schema, `'=' || n`, 4_000_000_000_000);
      await store.inbox.add([testEntry({ id: 'free', key: 'a' }), testEntry({ id: 'alone' })]);
      const { rows: found } = await readsOf(findCandidatesSql(quoted(schema)), ['listener'], 10, 256, 'h');
      expect(found).toBeLessThan(1_000);
      expect(await claimIds(store)).toEqual(['free', 'alone']);
    }));
});
