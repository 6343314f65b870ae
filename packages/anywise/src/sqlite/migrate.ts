import { AnywiseError } from '../core/errors/errors.js';
import { errorText } from '../core/errors/thrown.js';
import type { Migration } from '../core/ports/sql.js';
import { planMigrations, type AppliedMigration, type ReadMigration } from '../kit/migrations.js';
import type { Connection } from './client.js';
import type { Writer } from './writer.js';

/**
 * Applies pending migrations, all in one transaction, safely if several processes start at once.
 *
 * @throws AnywiseError (`UNAVAILABLE`) that names the migration which failed, (`INVALID_MIGRATION`) the one that was changed
 * or is missing.
 */
export async function migrate(connection: Connection, writer: Writer, migrations: readonly Migration[]): Promise<void> {
  await writer.run(() => {
    makeTable(connection);
    const applied = connection.all<AppliedMigration>('SELECT name, hash FROM anywise_migration ORDER BY rowid');
    const { apply, record } = planMigrations(migrations, applied);
    for (const { name, hash } of record) {
      connection.run('UPDATE anywise_migration SET hash = ? WHERE name = ?', hash, name);
    }
    for (const migration of apply) applyOne(connection, migration);
  });
}

function makeTable(connection: Connection): void {
  connection.exec(
    'CREATE TABLE IF NOT EXISTS anywise_migration (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL, hash TEXT) STRICT',
  );
  const hash = connection.get("SELECT 1 FROM pragma_table_info('anywise_migration') WHERE name = 'hash'");
  if (hash === undefined) connection.exec('ALTER TABLE anywise_migration ADD COLUMN hash TEXT');
}

function applyOne(connection: Connection, { name, sql, hash }: ReadMigration): void {
  try {
    connection.exec(sql);
    connection.run(`INSERT INTO anywise_migration VALUES (?, datetime('now'), ?)`, name, hash);
  } catch (cause) {
    throw new AnywiseError(
      'UNAVAILABLE',
      `The migration \`${name}\` failed (${errorText(cause)}). Nothing was applied; correct it and start again.`,
      { cause },
    );
  }
}
