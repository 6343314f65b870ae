import { expect, it } from '@jest/globals';
import type { Store } from '../core/ports/store.js';
import { follow } from '../testing/store-cases/feed.js';
import { fill, idsIn, idsOf, logIn, logOf, readFeed, toAppend } from '../testing/store-cases/log-steps.js';
import { upTo } from '../testing/store-cases/steps.js';
import { eventually } from '../testing/eventually.js';
import {
  clientOf,
  describeWithPostgres,
  endTestConnections,
  inTestStore,
  namedTestUrl,
  withTestDatabase,
} from '../test-support/test-postgres.js';
import { quoted } from './sql.js';

/** Rows of this table make their transaction wait in `COMMIT` until whoever holds the lock lets go. */
const slowTable = {
  name: 'slow',
  sql: `
    CREATE TABLE slow (id TEXT PRIMARY KEY, waits_for BIGINT NOT NULL);
    CREATE FUNCTION wait_in_commit() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock_shared(NEW.waits_for);
        RETURN NULL;
      END $$;
    CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON slow DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION wait_in_commit();`,
};

/** Appends in a transaction that then hangs in its commit, after its events have their numbers. */
async function hangInCommit(store: Store, stream: string, lock: number): Promise<{ committed: Promise<unknown> }> {
  const transaction = store.begin({ readOnly: false });
  await clientOf(transaction).run('INSERT INTO slow VALUES (?, ?)', stream, lock);
  await logIn(transaction).append([toAppend(stream, 0, [`${stream}#1`])]);
  const committed = transaction.commit().then(
    () => 'committed',
    () => 'failed',
  );
  return { committed };
}

/** Holds what commits wait for, while `work` runs. */
function whileHeld<T>(lock: number, work: (release: () => Promise<void>) => Promise<T>): Promise<T> {
  return withTestDatabase(async (database) => {
    const session = await database.begin('BEGIN');
    await session.query({ text: 'SELECT pg_advisory_xact_lock($1)' }, lock);
    try {
      return await work(() => session.rollback());
    } finally {
      await session.rollback();
    }
  });
}

async function untilWaiting(lock: number): Promise<void> {
  await withTestDatabase((database) =>
    eventually(async () => {
      const text = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = $1`;
      expect((await database.query({ text }, lock)).rows).toHaveLength(1);
    }),
  );
}

const lockOf = (): number => Math.floor(Math.random() * 2_000_000_000);

describeWithPostgres('the log on PostgreSQL', () => {
  it('holds back what was numbered after an appender that hangs in its commit, and keeps its place', () =>
    inTestStore(
      async ({ store, again }) => {
        const lock = lockOf();
        await fill(store, 'before', 1);
        await whileHeld(lock, async (release) => {
          const { committed } = await hangInCommit(store, 'hangs', lock);
          await untilWaiting(lock);
          const other = await again();
          await fill(other, 'after', 2);
          expect(await idsIn(other, 'after')).toEqual(['after#1', 'after#2']);
          const page = await logOf(other).feed(0, { limit: 10 });
          expect(idsOf(page.events)).toEqual(['before#1']);
          const heldUpMs = await logOf(other).heldUpMs();
          expect(heldUpMs).toBeGreaterThan(0);
          expect(await logOf(other).heldUpMs()).toBeGreaterThan(heldUpMs);
          expect(await logOf(other).feed(page.position, { limit: 10 })).toEqual({
            events: [],
            position: page.position,
            isEnd: true,
            isHeldUp: true,
          });
          await release();
          expect(await committed).toBe('committed');
          expect(await logOf(other).heldUpMs()).toBe(0);
          expect(idsOf(await readFeed(other, page.position))).toEqual(['hangs#1', 'after#1', 'after#2']);
        });
      },
      { migrations: [slowTable] },
    ));

  it('passes the numbers of an appender that was killed between numbering and commit', () =>
    inTestStore(
      async ({ store, again }) => {
        const lock = lockOf();
        const name = `dies-${lock}`;
        const dying = await again({ url: namedTestUrl(name) });
        await whileHeld(lock, async () => {
          const { committed } = await hangInCommit(dying, 'dies', lock);
          await untilWaiting(lock);
          await fill(store, 'after', 1);
          expect(await readFeed(store)).toEqual([]);
          await endTestConnections(name);
          expect(await committed).toBe('failed');
          expect(
            await eventually(async () => idsOf(await readFeed(store)).join() || Promise.reject(new Error('none'))),
          ).toBe('after#1');
          expect(await idsIn(store, 'dies')).toEqual([]);
        });
      },
      { migrations: [slowTable] },
    ));

  it('is not held up by transactions that append nothing, however long they last', () =>
    inTestStore(
      async ({ store, schema }) => {
        await withTestDatabase(async (database) => {
          const foreign = await database.begin('BEGIN');
          await foreign.query({ text: `INSERT INTO ${quoted(schema)}.slow VALUES ('foreign', 0)` });
          await fill(store, 's', 2);
          expect(idsOf(await readFeed(store))).toEqual(['s#1', 's#2']);
          await foreign.rollback();
        });
      },
      { migrations: [slowTable] },
    ));

  it('keeps the order of a stream whose writers wrote other rows long before they appended', () =>
    inTestStore(
      async ({ store, again }) => {
        const other = await again();
        const progress = { isOver: false };
        const reading = follow(other, 7, () => progress.isOver);
        // The transactions begin, and get their numbers from the server, in the opposite order of their appends.
        for (const round of upTo(10)) {
          const open = await Promise.all(
            upTo(4).map(async (n) => {
              const transaction = store.begin({ readOnly: false });
              await clientOf(transaction).run('INSERT INTO slow VALUES (?, 0)', `r${round}w${n}`);
              return transaction;
            }),
          );
          for (const [n, transaction] of open.reverse().entries()) {
            await logIn(transaction).append([toAppend('s', round * 4 + n, [`e${round * 4 + n}`])]);
            expect(await transaction.commit()).toBe(true);
          }
        }
        progress.isOver = true;
        expect(idsOf(await reading)).toEqual(upTo(40).map((n) => `e${n}`));
      },
      { migrations: [slowTable] },
    ));

  it('reads a stream for a query without a transaction, in which nothing else is, but in the place of one', () =>
    inTestStore(
      async ({ store }) => {
        await fill(store, 's', 2);
        const writing = store.begin({ readOnly: false });
        await clientOf(writing).run("INSERT INTO slow VALUES ('has the only place', 0)");
        const query = store.begin({ readOnly: true });
        let isRead = false;
        const reading = logIn(query)
          .load('s', { limit: 10 })
          .finally(() => (isRead = true));
        await clientOf(writing).run("INSERT INTO slow VALUES ('goes on', 0)");
        expect(isRead).toBe(false);
        await writing.rollback();
        expect(idsOf((await reading).events)).toEqual(['s#1', 's#2']);
        // The place is free although the query has not ended.
        await fill(store, 's', 1, 2);
        await query.commit();
      },
      { migrations: [slowTable], maxConnections: 2 },
    ));

  it('reads a stream in the transaction of the statements that a query has run before', () =>
    inTestStore(async ({ store }) => {
      await fill(store, 's', 1);
      const query = store.begin({ readOnly: true });
      await clientOf(query).run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      expect(await clientOf(query).get('SELECT count(*) AS n FROM anywise_event')).toEqual({ n: 1 });
      await fill(store, 's', 1, 1);
      expect(idsOf((await logIn(query).load('s', { limit: 10 })).events)).toEqual(['s#1']);
      await query.commit();
      expect(await idsIn(store, 's')).toEqual(['s#1', 's#2']);
    }));

  it('turns a deadlock between appends to the same streams in another order into a conflict', () =>
    inTestStore(async ({ store }) => {
      const commit = async (streams: readonly string[], round: number): Promise<string> => {
        const transaction = store.begin({ readOnly: false });
        try {
          for (const stream of streams) {
            const events = upTo(200).map((n) => `${stream}r${round}n${n}`);
            await logIn(transaction).append([toAppend(stream, round * 200, events)]);
          }
          return (await transaction.commit()) ? 'won' : 'lost';
        } catch (error) {
          await transaction.rollback();
          return (error as { code: string }).code;
        }
      };
      for (const round of upTo(5)) {
        const outcomes = await Promise.all([commit(['a', 'b'], round), commit(['b', 'a'], round)]);
        expect(outcomes.sort()).toEqual(['CONFLICT', 'won']);
      }
    }));
});
