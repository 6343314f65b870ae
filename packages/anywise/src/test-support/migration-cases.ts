import { expect } from '@jest/globals';
import type { Migration } from '../core/ports/sql.js';
import { SqlTransaction } from '../core/ports/sql.js';
import type { Store } from '../core/ports/store.js';

/** Opens the same data with other migrations; resolves with what was thrown, if anything was. */
export type OpenWith = (migrations: readonly Migration[]) => Promise<Store>;

const first = { name: '001-first', sql: '\uFEFFCREATE TABLE first (\r\n  id TEXT\r\n);\r\n' };
const second = { name: '002-second', sql: "INSERT INTO first VALUES ('a\r\nb')" };

/** What stores do with migrations, on data that was not used before. */
export const migrationCases: readonly {
  readonly behaviour: string;
  readonly run: (open: OpenWith) => Promise<void>;
}[] = [
  {
    behaviour: 'refuse one that was changed after it was applied, and change nothing',
    run: async (open) => {
      await open([first]);
      const changed = { ...first, sql: 'CREATE TABLE first (id TEXT, more TEXT)' };
      const outcome = open([changed, second]);
      await expect(outcome).rejects.toMatchObject({ code: 'INVALID_MIGRATION', retryable: false });
      await expect(outcome).rejects.toThrow('`001-first` was changed after it had been applied');
      await open([first, second]);
      expect(await idsIn(await open([first, second]))).toEqual(['a\nb']);
    },
  },
  {
    behaviour: 'take one for the same whose lines end in another way, and run it the same way',
    run: async (open) => {
      await open([first, second]);
      const unix = [first, second].map(({ name, sql }) => ({
        name,
        sql: sql.replaceAll('\r\n', '\n').replace('\uFEFF', ''),
      }));
      expect(await idsIn(await open(unix))).toEqual(['a\nb']);
    },
  },
  {
    behaviour: 'refuse to go on without one that was applied',
    run: async (open) => {
      await open([first, second]);
      await expect(open([second])).rejects.toThrow('`001-first` was applied to this database, but is not among');
      await expect(open([first, { ...second, name: '002-other' }])).rejects.toMatchObject({
        code: 'INVALID_MIGRATION',
      });
    },
  },
  {
    behaviour: 'record the hashes of a database that has none, and refuse changes from then on',
    run: async (open) => {
      const store = await open([first, second]);
      await run(store, 'ALTER TABLE anywise_migration DROP COLUMN hash');
      const changed = { ...second, sql: "INSERT INTO first VALUES ('b')" };
      expect(await idsIn(await open([first, changed]))).toEqual(['a\nb']);
      await expect(open([first, second])).rejects.toThrow('`002-second` was changed');
    },
  },
  {
    behaviour: 'name the one that failed, and apply none of those that come with it',
    run: async (open) => {
      const broken = { name: '003-broken', sql: 'CREATE TABLE third (id TEXT); CREATE TABEL fourth (id TEXT)' };
      await expect(open([first, second, broken])).rejects.toThrow(/^The migration `003-broken` failed \(.*TABEL/);
      expect(await idsIn(await open([first, second]))).toEqual(['a\nb']);
    },
  },
  {
    behaviour: 'are applied once where several processes start at once, and one of them is refused',
    run: async (open) => {
      const changed = { ...second, sql: "INSERT INTO first VALUES ('other')" };
      const outcomes = await Promise.allSettled([second, changed, second, changed].map((last) => open([first, last])));
      const opened = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      const [store] = opened;
      expect(opened).toHaveLength(2);
      expect(store === undefined ? [] : await idsIn(store)).toHaveLength(1);
    },
  },
];

async function idsIn(store: Store): Promise<readonly string[]> {
  const reading = store.begin({ readOnly: true });
  const rows = await (reading.client(SqlTransaction) as SqlTransaction).all<{ id: string }>('SELECT id FROM first');
  await reading.rollback();
  return rows.map(({ id }) => id);
}

async function run(store: Store, sql: string): Promise<void> {
  const transaction = store.begin({ readOnly: false });
  await (transaction.client(SqlTransaction) as SqlTransaction).run(sql);
  await transaction.commit();
}
