import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SqlTransaction } from '../core/ports/sql.js';
import type { Store } from '../core/ports/store.js';
import { eventually } from '../testing/eventually.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { defaultDriver } from './client.js';
import { sqliteStore } from './store.js';

const migrations = [{ name: '001', sql: 'CREATE TABLE big (bytes BLOB)' }];
const megabyte = 2 ** 20;
const waitMs = 60_000;

async function write(store: Store, megabytes: number): Promise<void> {
  const transaction = store.begin({ readOnly: false });
  const sql = transaction.client(SqlTransaction) as SqlTransaction;
  for (let n = 0; n < megabytes; n++) await sql.run('INSERT INTO big VALUES (?)', new Uint8Array(megabyte));
  await transaction.commit();
}

describe('the write-ahead log of an SQLite store', () => {
  it(
    'is cut off while the service runs, once writing has stopped, and after a reader that held it up',
    () =>
      inTempFolder(async (folder) => {
        const path = join(folder, 'store.db');
        const logBytes = (): number => statSync(`${path}-wal`).size;
        const store = sqliteStore({ path, migrations });
        await store.check();
        await write(store, 40);
        expect(logBytes()).toBeGreaterThan(40 * megabyte);
        await eventually(() => expect(logBytes()).toBe(0), waitMs);

        const reader = (await defaultDriver())(path);
        reader.exec('BEGIN; SELECT count(*) FROM big');
        reader.prepare('SELECT count(*) FROM big').get();
        for (let n = 0; n < 30; n++) await write(store, 1);
        expect(logBytes()).toBeGreaterThan(30 * megabyte);
        reader.exec('COMMIT');
        await write(store, 1);
        await eventually(() => expect(logBytes()).toBe(0), waitMs);
        reader.close();
        await store.close();
      }),
    3 * waitMs,
  );

  it('stays short while a service writes on and on', () =>
    inTempFolder(async (folder) => {
      const path = join(folder, 'store.db');
      const store = sqliteStore({ path, migrations });
      await store.check();
      await write(store, 40);
      let shortest = Infinity;
      for (let n = 0; n < 60 && shortest > 20 * megabyte; n++) {
        await write(store, 1);
        shortest = Math.min(shortest, statSync(`${path}-wal`).size);
      }
      await store.close();
      expect(shortest).toBeLessThanOrEqual(20 * megabyte);
    }));
});
