import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SqlTransaction } from '../core/ports/sql.js';
import { runStatementCase, statementCases, statementMigrations } from '../test-support/statement-cases.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { Connection, defaultDriver } from './client.js';
import { sqliteStore } from './store.js';

describe('the handle of an SQLite transaction', () => {
  it.each(statementCases)('$behaviour', (statementCase) =>
    inTempFolder(async (folder) => {
      const store = sqliteStore({ path: join(folder, 'store.db'), migrations: statementMigrations });
      await store.check();
      try {
        await runStatementCase(store, statementCase);
      } finally {
        await store.close();
      }
    }),
  );

  it('reads integers exactly in a query too', () =>
    inTempFolder(async (folder) => {
      const store = sqliteStore({ path: join(folder, 'store.db') });
      await store.check();
      const reading = store.begin({ readOnly: true });
      const sql = reading.client(SqlTransaction) as SqlTransaction;
      const rows = [await sql.get('SELECT 9007199254740993 AS n'), await sql.all('SELECT 5 AS n')];
      await reading.commit();
      await store.close();
      expect(rows).toEqual([{ n: 9007199254740993n }, [{ n: 5 }]]);
    }));
});

describe('a connection', () => {
  it('keeps a bounded number of the statements that come again, and prepares one again that was dropped', async () => {
    const open = await defaultDriver();
    const client = open(':memory:');
    let prepared = 0;
    const connection = new Connection({
      exec: (sql) => client.exec(sql),
      close: () => client.close(),
      prepare: (sql) => {
        prepared++;
        return client.prepare(sql);
      },
    });
    const run = (from: number, to: number): number => {
      const before = prepared;
      for (let n = from; n < to; n++) connection.allExact(`SELECT ${n} AS n`);
      return prepared - before;
    };
    expect([run(0, 500), run(0, 500), run(0, 500)]).toEqual([500, 500, 0]);
    // Those that come once push none out that came again.
    expect([run(1_000, 4_000), run(0, 500)]).toEqual([3_000, 0]);
    // More than are kept.
    for (let n = 5_000; n < 6_000; n++) expect([run(n, n + 1), run(n, n + 1)]).toEqual([1, 1]);
    expect(run(0, 500)).toBe(500);
    expect(connection.getExact('SELECT 1 AS n')).toEqual({ n: 1 });
    expect(connection.get('SELECT 1 AS n')).toEqual({ n: 1 });
    connection.close();
  });
});
