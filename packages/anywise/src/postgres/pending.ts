import type { PendingMigrations } from '../core/ports/sql.js';
import { planMigrations, type AppliedMigration } from '../kit/migrations.js';
import type { PostgresConnection } from './client.js';
import { Database } from './database.js';
import { explained } from './open.js';
import { storeMigrations } from './schema.js';
import { quoted } from './sql.js';

/**
 * What a store would migrate if it were opened now. Writes nothing, and makes no schema.
 *
 * @throws AnywiseError as opening it would: `UNAVAILABLE`, or `INVALID_MIGRATION`.
 */
export async function pendingMigrations(connection: PostgresConnection, schema: string): Promise<PendingMigrations> {
  const database = await Database.open({ ...connection, maxConnections: 1 });
  try {
    const applied = await explained(database, appliedIn(database, schema));
    return { isThere: applied !== undefined, migrations: planMigrations(storeMigrations, applied ?? []).apply };
  } finally {
    await database.close();
  }
}

async function appliedIn(database: Database, schema: string): Promise<readonly AppliedMigration[] | undefined> {
  const table = `${quoted(schema)}.anywise_migration`;
  const found = await database.query({ text: 'SELECT 1 WHERE to_regclass($1) IS NOT NULL' }, table);
  if (found.rows.length === 0) return undefined;
  const { rows } = await database.query<AppliedMigration>({ text: `SELECT * FROM ${table} ORDER BY applied_at` });
  return rows;
}
