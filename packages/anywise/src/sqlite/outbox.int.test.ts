import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { testEnvelope } from '../testing/envelopes.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { close, openMigrated } from './open.js';
import { outboxEntry, SqliteOutbox } from './outbox.js';
import { storeMigrations } from './schema.js';

interface World {
  readonly outbox: SqliteOutbox;
  /** Of another process. */
  readonly other: SqliteOutbox;
  /** Commits events to an outbox, with other writes. */
  readonly append: (outbox: SqliteOutbox, ids: readonly string[], alsoRun?: string) => Promise<void>;
  /** The ids of what the relay gets next. */
  readonly next: () => Promise<readonly (string | undefined)[]>;
}

async function inOutbox(work: (world: World) => Promise<void>): Promise<void> {
  await inTempFolder(async (folder) => {
    const options = { path: join(folder, 'store.db'), open: undefined, synchronous: 'normal' } as const;
    const databases = [await openMigrated(options, storeMigrations), await openMigrated(options, [])] as const;
    // No time passes: what is fresh is handed out unread only for some milliseconds after a look at the table.
    const outboxes = databases.map((database) => new SqliteOutbox(database, () => 0));
    const [outbox, other] = outboxes as [SqliteOutbox, SqliteOutbox];
    try {
      await work({
        outbox,
        other,
        append: async (to, ids, alsoRun) => {
          const { writer, connections } = databases[outboxes.indexOf(to) as 0 | 1];
          const open = await writer.open();
          await open.commit(() => {
            if (alsoRun !== undefined) connections.writer.exec(alsoRun);
            for (const id of ids) writer.atCommit(to.append, outboxEntry(testEnvelope({ id })));
          });
        },
        next: async () => (await outbox.sendable(10)).rows.map(({ envelope }) => envelope?.id),
      });
    } finally {
      for (const database of databases) await close(database);
    }
  });
}

describe('the SQLite outbox', () => {
  it('hands out nothing whose commit failed', () =>
    inOutbox(async ({ outbox, append, next }) => {
      const violation = `
        PRAGMA foreign_keys = ON;
        CREATE TABLE parent (id INTEGER PRIMARY KEY);
        CREATE TABLE child (parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
        PRAGMA defer_foreign_keys = ON;
        INSERT INTO child VALUES (1)`;
      await expect(append(outbox, ['undone'], violation)).rejects.toThrow('FOREIGN KEY');
      expect(await next()).toEqual([]);
    }));

  it('hands out what another process has committed before what this one has committed since', () =>
    inOutbox(async ({ outbox, other, append, next }) => {
      await append(other, ['first']);
      await append(outbox, ['second']);
      expect(await next()).toEqual(['first', 'second']);
    }));

  it('hands out again what a relay that lost the lease has sent, before what has come since', () =>
    inOutbox(async ({ outbox, append, next }) => {
      await append(outbox, ['first']);
      const [row] = (await outbox.sendable(10)).rows;
      await append(outbox, ['second']);
      const lost = { holder: 'gone', epoch: 0 };
      expect(await outbox.settle(lost, [{ seq: row?.seq ?? 0, outcome: 'confirmed' }])).toBe(false);
      expect(await next()).toEqual(['first', 'second']);
    }));
});
