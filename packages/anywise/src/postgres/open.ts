import { AnywiseError } from '../core/errors/errors.js';
import type { Migration } from '../core/ports/sql.js';
import { isLost, stateOf, unavailable, type PostgresConnection } from './client.js';
import { Database } from './database.js';
import { migrate } from './migrate.js';

/**
 * Connects and migrates.
 *
 * @param onOpening gets the database before it is migrated, so that closing need not wait for that.
 * @throws AnywiseError (`UNAVAILABLE`) that names host and database, and says why not.
 */
export async function openMigrated(
  options: PostgresConnection,
  schema: string,
  migrations: readonly Migration[],
  onOpening: (database: Database) => void = () => undefined,
): Promise<Database> {
  const database = await Database.open(options);
  onOpening(database);
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

/** @throws AnywiseError (`UNAVAILABLE`) that names host and database, in the place of what the database says. */
export async function explained<T>(database: Database, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw refusedOrAway(database.place, error);
  }
}

/** SQLSTATEs of what passes: conflicts, missing resources, a server that starts or stops, and failures of its system. */
const passingState = /^(?:40...|53...|55P03|57...|58...)$/;

/** Waiting helps where the server cannot be reached, but not where it refuses this user or this statement. */
function refusedOrAway(place: string, error: unknown): AnywiseError {
  if (!AnywiseError.is(error)) return unavailable(place, error, { retryable: passes(error) });
  if (error.code !== 'UNAVAILABLE' || error.cause === undefined || passes(error.cause)) return error;
  return new AnywiseError('UNAVAILABLE', error.message, { cause: error.cause });
}

function passes(error: unknown): boolean {
  return isLost(error) || passingState.test(stateOf(error) ?? '');
}
