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
  it('keeps a bounded number of statements, and prepares one again that was dropped', async () => {
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
    for (let n = 0; n < 3_000; n++) connection.all(`SELECT ${n} AS n`);
    for (let n = 0; n < 3_000; n++) connection.allExact(`SELECT ${n} AS n`);
    expect(prepared).toBe(6_000);
    // The last ones are known, the first ones are not.
    for (let n = 2_500; n < 3_000; n++) connection.allExact(`SELECT ${n} AS n`);
    expect(prepared).toBe(6_000);
    expect(connection.getExact('SELECT 1 AS n')).toEqual({ n: 1 });
    expect(prepared).toBe(6_001);
    connection.close();
  });
});
