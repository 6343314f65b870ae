import type { Migration } from '../core/ports/sql.js';
import { AnywiseError } from '../core/errors/errors.js';
import { longestTimerMs } from '../core/time/timers.js';
import { errorText } from '../core/errors/thrown.js';
import { planMigrations, type AppliedMigration, type ReadMigration } from '../kit/migrations.js';
import { stateOf } from './client.js';
import type { Database } from './database.js';
import type { Session } from './session.js';
import { quoted, searchIn } from './sql.js';

/** A migration may take as long as it needs, and so may those before it. */
const migrationMs = longestTimerMs;

/**
 * Creates the schema if it is missing and applies pending migrations, all in one transaction; processes that start at once
 * take turns.
 *
 * @throws AnywiseError (`UNAVAILABLE`) that names the migration which failed, (`INVALID_MIGRATION`) the one that was changed
 * or is missing.
 */
export async function migrate(database: Database, schema: string, migrations: readonly Migration[]): Promise<void> {
  await database.transaction('BEGIN', async (session) => {
    const turn = { text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', timeoutMs: migrationMs };
    await session.query(turn, `anywise-migrate:${schema}`);
    // Only now: PostgreSQL looks up the schemas of a path one by one. If another process creates this one in the middle of
    // that, it keeps the path without it.
    await session.query({ text: searchIn(schema) });
    await makeSchema(session, schema);
    const text = 'SELECT name, hash FROM anywise_migration ORDER BY applied_at';
    const { rows: applied } = await session.query<AppliedMigration>({ text });
    const { apply, record } = planMigrations(migrations, applied);
    for (const { name, hash } of record) {
      await session.query({ text: 'UPDATE anywise_migration SET hash = $1 WHERE name = $2' }, hash, name);
    }
    for (const migration of apply) await applyOne(session, migration);
  });
}

/** A user without the right to create schemas or to alter tables can use existing ones. */
async function makeSchema(session: Session, schema: string): Promise<void> {
  const found = await session.query({ text: 'SELECT 1 FROM pg_namespace WHERE nspname = $1' }, schema);
  if (found.rows.length === 0) await session.query({ text: `CREATE SCHEMA ${quoted(schema)}` });
  // Even `IF NOT EXISTS` asks for the right to create.
  const { rows: columns } = await session.query<{ attname: string }>(
    { text: 'SELECT attname FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0' },
    `${quoted(schema)}.anywise_migration`,
  );
  if (columns.length === 0) {
    const text = 'CREATE TABLE anywise_migration (name TEXT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL, hash TEXT)';
    await session.query({ text });
  } else if (!columns.some(({ attname }) => attname === 'hash')) {
    await session.query({ text: 'ALTER TABLE anywise_migration ADD COLUMN hash TEXT' });
  }
}

async function applyOne(session: Session, { name, sql, hash }: ReadMigration): Promise<void> {
  try {
    await session.query({ text: sql, timeoutMs: migrationMs });
    await session.query({ text: 'INSERT INTO anywise_migration VALUES ($1, clock_timestamp(), $2)' }, name, hash);
  } catch (cause) {
    if (AnywiseError.is(cause)) throw cause;
    throw new AnywiseError(
      'UNAVAILABLE',
      `The migration \`${name}\` failed (${errorText(cause)}, SQLSTATE ${stateOf(cause) ?? 'unknown'}). Nothing was applied; correct it and start again.`,
      { cause },
    );
  }
}
