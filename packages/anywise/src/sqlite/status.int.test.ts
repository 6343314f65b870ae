import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { inTempFolder } from '../testing/temp-folder.js';
import { disconnect, type Connection } from './client.js';
import { openMigrated } from './open.js';
import { storeMigrations } from './schema.js';
import { inboxStatus, inboxStatusSql, outboxStatus, outboxStatusSql } from './status.js';

const backlog = 50_000;

/** Each of the states of both tables in tens of thousands of rows, of three listeners. */
const fillSql = (['ready', 'running', 'handled', 'dead', 'parked', 'blocking'] as const).map(
  (state) => `
    WITH RECURSIVE one (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE n < ${backlog})
    INSERT INTO anywise_inbox (source, listener, id, type, lane, envelope, state, received_at)
    SELECT '/test', 'listener' || (n % 3), '${state}' || n, 'test.happened', '=' || n, '{}', '${state}', n FROM one`,
);
const fillOutboxSql = (['waiting', 'scheduled', 'parked'] as const).map(
  (state) => `
    WITH RECURSIVE one (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE n < ${backlog})
    INSERT INTO anywise_outbox (id, lane, envelope, state, created_at)
    SELECT '${state}' || n, '=' || n, '{}', '${state}', n FROM one`,
);

/** The steps of a statement's plan that read a table. */
function readsOf(connection: Connection, sql: string): string[] {
  const steps = connection.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, 1_001);
  return steps.map(({ detail }) => detail).filter((detail) => detail.includes(' anywise_'));
}

it('finds the status in indexes, whatever the tables hold', () =>
  inTempFolder(async (folder) => {
    const path = join(folder, 'store.db');
    const database = await openMigrated({ path, open: undefined, synchronous: 'normal' }, storeMigrations);
    try {
      const { reader, writer } = database.connections;
      for (const analysed of [false, true]) {
        if (analysed) {
          for (const sql of [...fillSql, ...fillOutboxSql]) writer.exec(sql);
          writer.exec('ANALYZE');
        }
        for (const [sql, reads] of [
          [inboxStatusSql, 10],
          [outboxStatusSql, 3],
        ] as const) {
          const found = readsOf(reader, sql);
          expect(found).toHaveLength(reads);
          for (const read of found)
            expect(read).toMatch(/^SEARCH anywise_(in|out)box USING (COVERING )?INDEX anywise_/);
        }
      }
      const many = { count: 1_000, isMore: true };
      expect(inboxStatus(reader)).toMatchObject({ waiting: many, running: many, dead: many });
      expect(outboxStatus(reader)).toMatchObject({ waiting: many, scheduled: many, parked: many });
    } finally {
      disconnect(database.connections);
    }
  }));
