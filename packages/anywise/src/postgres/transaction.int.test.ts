import { expect, it } from '@jest/globals';
import { runStatementCase, statementCases, statementMigrations } from '../test-support/statement-cases.js';
import { testEnvelope } from '../testing/envelopes.js';
import { describeWithPostgres, clientOf, inTestStore } from '../test-support/test-postgres.js';

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
      const dueInMs = await store.outbox.nextDueInMs();
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
