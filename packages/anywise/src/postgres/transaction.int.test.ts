import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { Claim } from '../core/ports/inbox.js';
import type { Store } from '../core/ports/store.js';
import { runStatementCase, statementCases, statementMigrations } from '../test-support/statement-cases.js';
import {
  clientOf,
  describeWithPostgres,
  endTestConnections,
  inTestStore,
  namedTestUrl,
  testPostgresUrl,
  withTestDatabase,
} from '../test-support/test-postgres.js';
import { testEntry, testEnvelope } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import { Database } from './database.js';

const migrations = [
  {
    name: '001',
    sql: 'CREATE TABLE payment (id TEXT PRIMARY KEY, amount BIGINT, data JSONB); CREATE INDEX ON payment (amount)',
  },
];

describeWithPostgres('the handle of a PostgreSQL transaction', () => {
  it.each(statementCases)('$behaviour', (statementCase) =>
    inTestStore(({ store }) => runStatementCase(store, statementCase), {
      migrations: statementMigrations.map(({ name, sql }) => ({ name, sql: sql.replace('BLOB', 'BYTEA') })),
    }),
  );

  it('gives BIGINT as a number where that is exact, and else as a bigint', () =>
    inTestStore(async ({ store }) => {
      const transaction = store.begin({ readOnly: true });
      const row = await clientOf(transaction).get('SELECT 12::bigint AS small, 9007199254740993 AS big, count(*) AS n');
      await transaction.rollback();
      expect(row).toEqual({ small: 12, big: 9007199254740993n, n: 1 });
    }));

  it('accepts every kind of value, even without a type', () =>
    inTestStore(
      async ({ store }) => {
        const transaction = store.begin({ readOnly: false });
        const sql = clientOf(transaction);
        await sql.run('INSERT INTO payment VALUES (?, ?, ?)', 'p1', 5n, '{"a":1}');
        const list =
          'SELECT id FROM payment WHERE ? IS NULL OR amount < (SELECT amount FROM payment WHERE id = ?) LIMIT ?';
        const found = [
          await sql.all(list, null, null, 10),
          await sql.all(list, 'p1', 'p1', 10),
          await sql.all('SELECT id FROM payment WHERE data ?? ?', 'a'),
          await sql.get('SELECT ? AS bytes', new Uint8Array([1, 2])),
        ];
        await transaction.rollback();
        expect(found).toEqual([[{ id: 'p1' }], [], [{ id: 'p1' }], { bytes: '\u0001\u0002' }]);
      },
      { migrations },
    ));

  it('finds the tables of its own schema only, whatever transactions ran before on the connection', () =>
    inTestStore(
      async ({ store, again, schema }) => {
        const other = await again({ schema: `${schema}_other`, migrations: [] });
        const transaction = other.begin({ readOnly: true });
        await expect(clientOf(transaction).all('SELECT * FROM payment')).rejects.toThrow('"payment" does not exist');
        await transaction.rollback();
        const own = store.begin({ readOnly: true });
        await expect(clientOf(own).all('SELECT * FROM payment')).resolves.toEqual([]);
        await own.rollback();
        const session = store.begin({ readOnly: false });
        await clientOf(session).run(`DROP SCHEMA "${schema}_other" CASCADE`);
        await session.commit();
      },
      { migrations },
    ));

  it('gives the client of `pg` for other libraries, in the same transaction', () =>
    inTestStore(
      async ({ store }) => {
        const transaction = store.begin({ readOnly: false });
        const client = await clientOf(transaction).client();
        await client.query({ text: 'INSERT INTO payment (id) VALUES ($1)', values: ['p1'] });
        await transaction.rollback();
        const after = store.begin({ readOnly: true });
        await expect(clientOf(after).all('SELECT id FROM payment')).resolves.toEqual([]);
        await after.rollback();
      },
      { migrations },
    ));

  it('does not commit half of what was done where a failed statement was ignored', () =>
    inTestStore(
      async ({ store }) => {
        const transaction = store.begin({ readOnly: false });
        const sql = clientOf(transaction);
        await sql.run('INSERT INTO payment (id) VALUES (?)', 'p1');
        await sql.run('INSERT INTO payment (id) VALUES (?)', 'p1').catch(() => undefined);
        await expect(transaction.commit()).rejects.toThrow('duplicate key value');
        await transaction.rollback();
        const after = store.begin({ readOnly: true });
        await expect(clientOf(after).all('SELECT id FROM payment')).resolves.toEqual([]);
        await after.rollback();
      },
      { migrations },
    ));

  it('takes statements that do not wait for each other', () =>
    inTestStore(
      async ({ store }) => {
        const transaction = store.begin({ readOnly: false });
        const sql = clientOf(transaction);
        await Promise.all(['a', 'b', 'c'].map((id) => sql.run('INSERT INTO payment (id) VALUES (?)', id)));
        await transaction.commit();
        const after = store.begin({ readOnly: true });
        await expect(clientOf(after).get('SELECT count(*) AS n FROM payment')).resolves.toEqual({ n: 3 });
        await after.rollback();
      },
      { migrations },
    ));

  it('takes the time of the database when something happens, not when the transaction began', () =>
    inTestStore(async ({ store }) => {
      const hourMs = 3_600_000;
      const transaction = store.begin({ readOnly: false });
      await clientOf(transaction).get('SELECT pg_sleep(0.5)');
      const happenedAt = performance.now();
      const scheduled = [{ envelope: testEnvelope(), due: { delayMs: hourMs } }];
      await transaction.append({ outgoing: [testEnvelope()], scheduled });
      await transaction.commit();
      const { oldestMs } = await store.outbox.status();
      const { nextDueInMs: dueInMs } = await store.outbox.sendable(1);
      const passedMs = performance.now() - happenedAt;
      // Two clocks are compared, and one tells whole milliseconds.
      const slackMs = 50;
      expect(oldestMs).toBeLessThan(passedMs + slackMs);
      expect(dueInMs).toBeGreaterThan(hourMs - passedMs - slackMs);
    }));

  it('is given up at once where a statement still runs', () =>
    inTestStore(async ({ store }) => {
      const transaction = store.begin({ readOnly: false });
      const slow = clientOf(transaction).get('SELECT pg_sleep(120)');
      const failed = expect(slow).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
      const began = performance.now();
      await transaction.rollback();
      await failed;
      expect(performance.now() - began).toBeLessThan(30_000);
    }));
});

describeWithPostgres('messages alone on PostgreSQL', () => {
  const append = async (store: Store, id: string, key?: string): Promise<boolean> => {
    const transaction = store.begin({ readOnly: false });
    const envelope = { ...testEnvelope({ id }), ...(key === undefined ? {} : { partitionkey: key }) };
    await transaction.append({ outgoing: [envelope] });
    return transaction.commit();
  };
  const stored = (schema: string): Promise<{ ids: string | null; commits: number }> =>
    withTestDatabase(async (database) => {
      const text = `SELECT string_agg(id, ' ' ORDER BY seq) AS ids, count(DISTINCT xmin::text) AS commits FROM "${schema}".anywise_outbox`;
      const { rows } = await database.query<{ ids: string; commits: number }>({ text });
      return rows[0] ?? { ids: null, commits: 0 };
    });

  it('share commits, in the order in which they were appended', () =>
    inTestStore(async ({ store, schema }) => {
      const ids = Array.from({ length: 200 }, (_, at) => `m${at}`);
      await Promise.all(ids.map((id) => append(store, id, 'k')));
      const { ids: order, commits } = await stored(schema);
      expect(order).toBe(ids.join(' '));
      expect(commits).toBeLessThan(20);
    }));

  it('commit together where they are of different kinds', () =>
    inTestStore(async ({ store, schema }) => {
      const transaction = store.begin({ readOnly: false });
      await transaction.append({ outgoing: [testEnvelope({ id: 'now' })], incoming: [testEntry({ id: 'here' })] });
      await transaction.append({
        scheduled: [{ envelope: testEnvelope({ id: 'later' }), due: { delayMs: 3_600_000 } }],
      });
      expect(await transaction.commit()).toBe(true);
      expect(await stored(schema)).toEqual({ ids: 'now later', commits: 1 });
      expect((await store.inbox.status()).waiting).toEqual({ count: 1, isMore: false });
    }));

  it('fail alone where one of them cannot be added', () =>
    inTestStore(async ({ store, schema }) => {
      await withTestDatabase((database) =>
        database.query({ text: `ALTER TABLE "${schema}".anywise_outbox ADD CHECK (id <> 'bad')` }),
      );
      const outcomes = await Promise.allSettled(['first', 'a', 'bad', 'b'].map((id) => append(store, id)));
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
      expect((await stored(schema)).ids).toBe('first a b');
    }));

  it('succeed for no caller where the connection is lost before the commit', () => {
    const name = `shared-${randomUUID().slice(0, 8)}`;
    return inTestStore(
      async ({ store, schema }) => {
        const lock = await lockTable(`"${schema}".anywise_outbox`);
        const calls = ['a', 'b', 'c'].map((id) => append(store, id));
        const outcomes = Promise.allSettled(calls);
        await eventually(async () => expect(await endTestConnections(name, '%anywise_outbox%')).toBeGreaterThan(0));
        await lock.release();
        for (const outcome of await outcomes) {
          if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'UNAVAILABLE' });
        }
        const told = (await outcomes).flatMap(({ status }, at) =>
          status === 'fulfilled' ? [['a', 'b', 'c'][at]] : [],
        );
        // Those whose statement was cut were told so; the others went with the next one, and are there.
        expect(told).not.toContain('a');
        expect((await stored(schema)).ids?.split(' ') ?? []).toEqual(expect.arrayContaining(told));
        expect(await append(store, 'later')).toBe(true);
      },
      { url: namedTestUrl(name) },
    );
  });
});

describeWithPostgres('the end of a transaction on PostgreSQL', () => {
  const claimOne = async (store: Store): Promise<Claim> => {
    await store.inbox.add([testEntry({ id: 'm1' })]);
    const {
      claims: [claim],
    } = await store.inbox.claim({
      listeners: new Map([[testEntry({ id: 'm1' }).listener, 1]]),
      holder: 'h',
      limit: 1,
      leaseMs: 30_000,
    });
    if (claim === undefined) throw new Error('There was nothing to claim.');
    return claim;
  };

  it('commits nothing for a lost lease, whose answer it does not wait for', () =>
    inTestStore(
      async ({ store }) => {
        const claim = await claimOne(store);
        const transaction = store.begin({ readOnly: false });
        await clientOf(transaction).run('INSERT INTO payment (id) VALUES (?)', 'p1');
        await transaction.append({ outgoing: [testEnvelope()] });
        expect(await transaction.commit({ claim: { ...claim, lease: 'of-another' } })).toBe(false);
        const after = store.begin({ readOnly: true });
        await expect(clientOf(after).all('SELECT id FROM payment')).resolves.toEqual([]);
        await after.rollback();
        expect((await store.outbox.status()).waiting).toEqual({ count: 0, isMore: false });
      },
      { migrations },
    ));

  it('tells of the failure of `COMMIT` itself, and finishes no message', () =>
    inTestStore(
      async ({ store }) => {
        const claim = await claimOne(store);
        const transaction = store.begin({ readOnly: false });
        await clientOf(transaction).run('INSERT INTO child (parent) VALUES (?)', 'nobody');
        await expect(transaction.commit({ claim })).rejects.toMatchObject({ code: '23503' });
        expect((await store.inbox.status()).running).toEqual({ count: 1, isMore: false });
      },
      {
        migrations: [
          {
            name: '001',
            sql: `
              CREATE TABLE parent (id TEXT PRIMARY KEY);
              CREATE TABLE child (parent TEXT REFERENCES parent DEFERRABLE INITIALLY DEFERRED)`,
          },
        ],
      },
    ));

  it('asks for another try where a table has changed since a statement was prepared', () =>
    inTestStore(
      async ({ store, schema }) => {
        const read = async (): Promise<unknown> => {
          const transaction = store.begin({ readOnly: true });
          try {
            return await clientOf(transaction).all('SELECT * FROM payment');
          } finally {
            await transaction.rollback();
          }
        };
        for (const _ of [1, 2, 3]) expect(await read()).toEqual([]);
        await withTestDatabase((database) =>
          database.query({ text: `ALTER TABLE "${schema}".payment ADD COLUMN note TEXT` }),
        );
        await expect(read()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
        for (const _ of [1, 2, 3]) expect(await read()).toEqual([]);
      },
      { migrations },
    ));
});

/** Locks a table against everyone until it is released. */
async function lockTable(table: string): Promise<{ release: () => Promise<void> }> {
  const database = await Database.open({ url: testPostgresUrl });
  const session = await database.begin('BEGIN');
  await session.query({ text: `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE` });
  return {
    release: async () => {
      await session.rollback();
      await database.close();
    },
  };
}
