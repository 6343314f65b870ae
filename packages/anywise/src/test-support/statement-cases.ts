import { expect } from '@jest/globals';
import { SqlTransaction, type SqlValue } from '../core/ports/sql.js';
import type { Store } from '../core/ports/store.js';

/** What holds for the statements of handlers, whatever the database. */
export interface StatementCase {
  readonly behaviour: string;
  readonly run: (sql: SqlTransaction) => Promise<void>;
}

/** The table that the cases use. */
export const statementMigrations = [
  { name: '001-thing', sql: 'CREATE TABLE thing (id TEXT PRIMARY KEY, n BIGINT, bytes BLOB)' },
];

/** Runs a case in a transaction that is rolled back. */
export async function runStatementCase(store: Store, { run }: StatementCase): Promise<void> {
  const transaction = store.begin({ readOnly: false });
  try {
    await run(transaction.client(SqlTransaction) as SqlTransaction);
  } finally {
    await transaction.rollback();
  }
}

const insert = 'INSERT INTO thing (id, n) VALUES (?, ?)';

const refused: readonly (readonly [name: string, value: unknown, problem: string])[] = [
  ['a text with NUL', 'order-1\0zzz', 'parameter 1 must not contain NUL characters'],
  ['NUL alone', '\0', 'parameter 1 must not contain NUL characters'],
  ['half a character', 'a\ud800b', 'parameter 1 must be well-formed Unicode'],
  ['NaN', NaN, 'parameter 1 is NaN, which SQLite takes for NULL'],
  ['a bigint of 65 bits', 2n ** 64n, 'parameter 1 is a bigint of more than 64 bits'],
  [
    'a date',
    new Date(0),
    'parameter 1 is an instance of `Date`, but must be a text, a number, a bigint, null or bytes',
  ],
  ['undefined', undefined, 'parameter 1 is undefined, but must be a text, a number, a bigint, null or bytes'],
  ['a boolean', true, 'parameter 1 is true, but must be a text, a number, a bigint, null or bytes'],
  ['an object', { a: 1 }, 'parameter 1 is an object, but must be a text, a number, a bigint, null or bytes'],
];

export const statementCases: readonly StatementCase[] = [
  ...refused.map(([name, value, problem]) => ({
    behaviour: `refuses ${name}, and goes on`,
    run: async (sql: SqlTransaction): Promise<void> => {
      await sql.run(insert, 'order-1', 1);
      const uses = [
        sql.run(insert, value as SqlValue, 2),
        sql.get('SELECT id FROM thing WHERE id = ?', value as SqlValue),
        sql.all('SELECT id FROM thing WHERE id = ?', value as SqlValue),
      ];
      for (const outcome of await Promise.allSettled(uses)) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'INVALID_STATEMENT', retryable: false } });
        expect((outcome as PromiseRejectedResult).reason).toHaveProperty('message', expect.stringContaining(problem));
      }
      expect(await sql.all('SELECT id FROM thing')).toEqual([{ id: 'order-1' }]);
    },
  })),
  {
    behaviour: 'refuses a statement that ends at NUL for some databases',
    run: async (sql) => {
      const outcome = sql.run("DELETE FROM thing WHERE id = 'a\0' AND n = 1");
      await expect(outcome).rejects.toMatchObject({ code: 'INVALID_STATEMENT' });
    },
  },
  {
    behaviour: 'gives integers as they were bound: as numbers where these are exact, and else as bigint',
    run: async (sql) => {
      const integers = [0, -1, 2 ** 53 - 1, -(2 ** 53 - 1), 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
      for (const [index, n] of [...integers, 7n].entries()) await sql.run(insert, `t${index}`, n);
      const rows = await sql.all<{ n: number | bigint }>('SELECT n FROM thing ORDER BY id');
      expect(rows.map(({ n }) => n)).toEqual([...integers, 7]);
      expect(await sql.get('SELECT n FROM thing WHERE n = ?', 2n ** 53n + 1n)).toEqual({ n: 2n ** 53n + 1n });
      expect(await sql.all('INSERT INTO thing (id, n) VALUES (?, ?) RETURNING n', 'once', 2n ** 60n)).toEqual([
        { n: 2n ** 60n },
      ]);
    },
  },
  {
    behaviour: 'keeps texts, null and bytes as they are',
    run: async (sql) => {
      const text = 'žluť 🚀 \u{10ffff} \ufffd \\0';
      await sql.run('INSERT INTO thing (id, n, bytes) VALUES (?, ?, ?)', text, null, new Uint8Array([0, 1, 255]));
      const row = await sql.get<{ id: string; n: null; bytes: Uint8Array }>('SELECT id, n, bytes FROM thing');
      expect({ ...row, bytes: [...(row?.bytes ?? [])] }).toEqual({ id: text, n: null, bytes: [0, 1, 255] });
    },
  },
];
