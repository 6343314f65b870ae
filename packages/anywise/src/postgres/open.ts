import { AnywiseError } from '../core/errors/errors.js';
import type { Migration } from '../core/ports/sql.js';
import { unavailable, type PostgresConnection } from './client.js';
import { Database } from './database.js';
import { migrate } from './schema.js';

/**
 * Connects and migrates.
 *
 * @throws AnywiseError (`UNAVAILABLE`) that names host and database, and says why not.
 */
export async function openMigrated(
  options: PostgresConnection,
  schema: string,
  migrations: readonly Migration[],
): Promise<Database> {
  const database = await Database.open(options);
  try {
    await explained(database, migrate(database, schema, migrations));
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

/** @throws AnywiseError (`UNAVAILABLE`) if the statement fails, for whatever reason, or others have no answer for too long. */
export async function usable(database: Database, text: string): Promise<void> {
  database.assertAnswers();
  await explained(database, database.query({ text }));
}

async function explained(database: Database, work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    throw AnywiseError.is(error) ? error : unavailable(database.place, error);
  }
}
