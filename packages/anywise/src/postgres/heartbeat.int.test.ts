import { expect, it } from '@jest/globals';
import type { Claim } from '../core/ports/inbox.js';
import type { Store } from '../core/ports/store.js';
import { testEntry } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import { describeWithPostgres, inTestStore, testPostgresUrl } from '../test-support/test-postgres.js';
import { Database } from './database.js';
import { now, quoted } from './sql.js';

async function claimTwo({ inbox }: Store): Promise<readonly Claim[]> {
  await inbox.add([testEntry({ id: 'm1' }), testEntry({ id: 'm2' })]);
  const listeners = new Map([[testEntry({ id: 'm1' }).listener, 2]]);
  return (await inbox.claim({ listeners, holder: 'h', limit: 2, leaseMs: 30_000 })).claims;
}

describeWithPostgres('a heartbeat on PostgreSQL', () => {
  it('does not wait for a commit that is about to finish one of its messages, whose lease is still held', () =>
    inTestStore(async ({ store, schema }) => {
      const inbox = `${quoted(schema)}.anywise_inbox`;
      const claims = await claimTwo(store);
      const database = await Database.open({ url: testPostgresUrl });
      const committing = await database.begin('BEGIN');
      try {
        await committing.query({ text: `SELECT 1 FROM ${inbox} WHERE id = 'm1' FOR UPDATE` });
        // It would wait for the end of this test if it waited for the row.
        expect(await store.inbox.extend(claims, 3_600_000)).toEqual([]);
        const text = `SELECT id FROM ${inbox} WHERE at > ${now} + 1800000`;
        const { rows } = await database.query<{ id: string }>({ text });
        expect(rows).toEqual([{ id: 'm2' }]);
      } finally {
        await committing.rollback();
        await database.close();
      }
    }));

  it('ends a lease that is given up, although another transaction holds its row', () =>
    inTestStore(async ({ store, schema }) => {
      const inbox = `${quoted(schema)}.anywise_inbox`;
      const claims = await claimTwo(store);
      const database = await Database.open({ url: testPostgresUrl });
      const other = await database.begin('BEGIN');
      try {
        await other.query({ text: `SELECT 1 FROM ${inbox} WHERE id = 'm1' FOR UPDATE` });
        const ended = store.inbox.extend(claims, 0);
        // It waits for the row: one that was passed over would keep its lease.
        const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted AND pid IN (
          SELECT pid FROM pg_stat_activity WHERE query LIKE '%UPDATE ${inbox}%')`;
        await eventually(async () => expect((await database.query({ text: waiting })).rows).not.toEqual([]));
        await other.rollback();
        expect(await ended).toEqual([]);
        const { rows } = await database.query({ text: `SELECT 1 FROM ${inbox} WHERE at > ${now}` });
        expect(rows).toEqual([]);
      } finally {
        await other.rollback();
        await database.close();
      }
    }));

  it('is waited for by a commit that finishes a batch, which goes through if the lease was only made longer', () =>
    inTestStore(async ({ store, schema }) => {
      const inbox = `${quoted(schema)}.anywise_inbox`;
      const database = await Database.open({ url: testPostgresUrl });
      const commitBehind = async (change: string): Promise<boolean> => {
        const claims = await claimTwo(store);
        const other = await database.begin('BEGIN');
        await other.query({ text: `UPDATE ${inbox} SET ${change} WHERE id = 'm1'` });
        const committed = store.begin({ readOnly: false }).commit({ claims });
        const waiting = `SELECT 1 FROM pg_locks WHERE NOT granted AND pid IN (
          SELECT pid FROM pg_stat_activity WHERE query LIKE '%UPDATE ${inbox}%')`;
        await eventually(async () => expect((await database.query({ text: waiting })).rows).not.toEqual([]));
        await other.commit();
        return committed;
      };
      try {
        expect(await commitBehind('at = at + 1')).toBe(true);
        await database.query({ text: `DELETE FROM ${inbox}` });
        expect(await commitBehind(`lease = 'of another'`)).toBe(false);
        const { rows } = await database.query({ text: `SELECT id, state FROM ${inbox} ORDER BY id` });
        expect(rows).toEqual([
          { id: 'm1', state: 'running' },
          { id: 'm2', state: 'running' },
        ]);
      } finally {
        await database.close();
      }
    }));
});
