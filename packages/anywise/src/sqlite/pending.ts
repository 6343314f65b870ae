import { existsSync } from 'node:fs';
import type { PendingMigrations } from '../core/ports/sql.js';
import { planMigrations, type AppliedMigration } from '../kit/migrations.js';
import { cannotOpen, Connection, defaultDriver } from './client.js';
import { storeMigrations } from './schema.js';

const busyTimeoutMs = 1_000;

/**
 * What a store would migrate if it were opened now. Writes nothing, and makes no file.
 *
 * @throws AnywiseError as opening it would: `UNAVAILABLE`, or `INVALID_MIGRATION`.
 */
export async function pendingMigrations(path: string): Promise<PendingMigrations> {
  const applied = existsSync(path) ? await appliedIn(path) : undefined;
  return { isThere: applied !== undefined, migrations: planMigrations(storeMigrations, applied ?? []).apply };
}

async function appliedIn(path: string): Promise<readonly AppliedMigration[] | undefined> {
  try {
    const open = await defaultDriver();
    const connection = new Connection(open(path));
    try {
      connection.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; PRAGMA query_only = 1`);
      const found = connection.get("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'anywise_migration'");
      if (found === undefined) return undefined;
      return connection.all<AppliedMigration>('SELECT * FROM anywise_migration ORDER BY rowid');
    } finally {
      connection.close();
    }
  } catch (error) {
    throw cannotOpen(path, error);
  }
}
