import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { fillSqlite } from '../test-support/filled-stores.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { disconnect } from './client.js';
import { openMigrated } from './open.js';
import { storeMigrations } from './schema.js';
import * as statements from './view-sql.js';

const all = Object.entries(statements).flatMap(([name, sql]): (readonly [string, string])[] =>
  typeof sql === 'string' ? [[name, sql]] : Object.entries(sql).map(([state, text]) => [`${name} ${state}`, text]),
);

it.each([false, true])('reads by indexes alone, whether the planner knows what there is or not (%s)', (isKnown) =>
  inTempFolder(async (folder) => {
    const options = { path: join(folder, 'store.db'), open: undefined, synchronous: 'normal' as const };
    const database = await openMigrated(options, storeMigrations);
    try {
      const { reader, writer } = database.connections;
      fillSqlite((sql) => writer.exec(sql), 2_000);
      if (isKnown) writer.exec('ANALYZE');
      const scans = all.flatMap(([name, sql]) =>
        reader
          .all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
          .filter(({ detail }) => /^SCAN .*(?:anywise_|\brow\b)/.test(detail))
          .map(({ detail }) => `${name}: ${detail}`),
      );
      expect(scans).toEqual([]);
    } finally {
      disconnect(database.connections);
    }
  }),
);
