import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { fillSqlite } from '../test-support/filled-stores.js';
import { casesFor } from '../testing/case.js';
import { storeContract } from '../testing/store-contract.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { defaultDriver, type OpenSqlite, type SqliteClient } from './client.js';
import { sqliteStore } from './store.js';

const million = 1_000_000;
const runsMillion = process.env.ANYWISE_TEST_MILLION === '1';
/** The contract takes a minute on a machine that is busy, and a million rows take several. */
const timeoutMs = 900_000;

/** A statement, and how it finds its rows. */
type Plan = readonly [statement: string, steps: readonly string[]];

/** Every statement that a store has prepared that keeps all of its promises. */
let statements: readonly string[] = [];

/** The same driver, which notes each statement. */
function noting(open: OpenSqlite, note: (sql: string) => void): OpenSqlite {
  return (path) => {
    const client = open(path);
    return {
      exec: (sql) => client.exec(sql),
      close: () => client.close(),
      prepare: (sql) => {
        note(sql);
        return client.prepare(sql);
      },
    };
  };
}

async function everyStatement(): Promise<readonly string[]> {
  const noted = new Set<string>();
  const open = noting(await defaultDriver(), (sql) => void noted.add(sql));
  const capabilities = {
    ...sqliteStore({ path: 'not-opened.db' }).capabilities,
    keepsEvents: true,
    projects: true,
    keepsSagas: true,
  };
  for (const { run } of casesFor(storeContract, capabilities)) {
    await inTempFolder(async (folder) => {
      const again = async () => {
        const store = sqliteStore({ path: join(folder, 'store.db'), open });
        await store.check();
        return store;
      };
      const store = await again();
      try {
        await run({ store, again });
      } finally {
        await store.close();
      }
    });
  }
  return [...noted].filter((sql) => /^\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b/.test(sql) && sql.includes('anywise_'));
}

function plansOf(client: SqliteClient): readonly Plan[] {
  return statements.map((sql) => {
    const rows = client.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { readonly detail: string }[];
    return [sql, rows.map(({ detail }) => detail)];
  });
}

/** Tables of a few rows. */
const readWhole = ['anywise_lease', 'anywise_migration', 'anywise_owner', 'anywise_process', 'anywise_projection'];

/** Whether a step reads a table of messages from end to end. An index of ours has only those in a certain state. */
function isScan(step: string): boolean {
  const [, table = ''] = /^SCAN (anywise_\w+)/.exec(step) ?? [];
  return table !== '' && !readWhole.includes(table) && !/ USING (?:COVERING )?INDEX anywise_/.test(step);
}

/** When the planner last looked at the tables, if the service's own code ever made it: a store never does. */
const looks = ['never', 'while they were empty', 'when they were full'] as const;

function describeDepth(count: number): void {
  it.each(looks)(
    `reads no table whole with ${count} rows in each state, of which the planner was told %s`,
    (look) =>
      inTempFolder(async (folder) => {
        const path = join(folder, 'store.db');
        const store = sqliteStore({ path });
        await store.check();
        const client = (await defaultDriver())(path);
        const before = plansOf(client);
        if (look === 'while they were empty') client.exec('ANALYZE');
        if (count > 0) fillSqlite((sql) => client.exec(sql), count);
        if (look === 'when they were full') client.exec('ANALYZE');
        const after = plansOf(client);
        client.close();
        await store.close();
        expect(after.filter(([, steps]) => steps.some(isScan))).toEqual([]);
        expect(after).toEqual(before);
      }),
    timeoutMs,
  );
}

describe('a statement on SQLite', () => {
  beforeAll(async () => {
    statements = await everyStatement();
  }, timeoutMs);

  it('is one of those that are looked at', () => {
    expect(statements.length).toBeGreaterThan(80);
  });

  describeDepth(0);
  describeDepth(2_000);
  if (runsMillion) describeDepth(million);
  else it.skip(`with ${million} rows (skipped: it takes minutes; set ANYWISE_TEST_MILLION=1)`, () => undefined);
});
