import { createHash } from 'node:crypto';
import { describeValue } from '../core/errors/describe.js';
import { AnywiseError, SetupError } from '../core/errors/errors.js';
import { faultOf } from '../core/message/storable-text.js';
import type { Migration } from '../core/ports/sql.js';

/** A migration that the database has, in the order in which they were applied. */
export interface AppliedMigration {
  readonly name: string;
  /** `null` where it was applied before hashes were kept; not there where nothing was migrated since. */
  readonly hash?: string | null;
}

/** A migration as it is run: the same on every system, whatever ends its lines. */
export interface ReadMigration extends Migration {
  readonly hash: string;
}

/** What brings a database up to date. */
export interface MigrationPlan {
  readonly apply: readonly ReadMigration[];
  /** Applied, but without a hash so far. */
  readonly record: readonly ReadMigration[];
}

/** Names of the library's own migrations begin with it. */
const ownPrefix = 'anywise/';

/** @throws SetupError (`INVALID_SETUP`) that names every migration which cannot be told from another, or has no text. */
export function checkMigrations(subject: string, migrations: readonly Migration[] = []): void {
  if (!Array.isArray(migrations)) {
    throw new SetupError('INVALID_SETUP', subject, [
      `\`migrations\` is ${describeValue(migrations)}, but must be a list of migrations`,
    ]);
  }
  const names = new Set<unknown>();
  const problems = (migrations as readonly Migration[]).flatMap(({ name, sql }, index) => {
    const isKnown = names.has(name);
    names.add(name);
    if (typeof name !== 'string' || name === '') return [`\`migrations[${index}]\` has no name`];
    if (name.startsWith(ownPrefix)) return [`the migration \`${name}\` has a name that begins with \`${ownPrefix}\``];
    if (isKnown) return [`two migrations have the name \`${name}\``];
    const fault = typeof sql === 'string' ? faultOf(sql) : 'is not a text';
    return fault === undefined ? [] : [`the SQL of the migration \`${name}\` ${fault}`];
  });
  if (problems.length > 0) throw new SetupError('INVALID_SETUP', subject, problems);
}

/**
 * Compares the migrations of this version with what the database has. What it lacks here may come of a newer version, so that
 * the one before can still start, but not where this version would go another way.
 *
 * @throws AnywiseError (`INVALID_MIGRATION`) that names the first which was changed or is missing.
 */
export function planMigrations(migrations: readonly Migration[], applied: readonly AppliedMigration[]): MigrationPlan {
  const hashes = new Map(applied.map(({ name, hash }) => [name, hash]));
  const all = migrations.map(readMigration);
  const changed = all.find(({ name, hash }) => (hashes.get(name) ?? hash) !== hash);
  if (changed !== undefined) throw wasChanged(changed.name);
  const apply = all.filter(({ name }) => !hashes.has(name));
  const missing = findMissing(
    all,
    applied,
    apply.some(({ name }) => !name.startsWith(ownPrefix)),
  );
  if (missing !== undefined) throw isMissing(missing);
  return { apply, record: all.filter(({ name }) => hashes.get(name) === null) };
}

function findMissing(
  all: readonly Migration[],
  applied: readonly AppliedMigration[],
  goesOn: boolean,
): string | undefined {
  const names = applied.map(({ name }) => name).filter((name) => !name.startsWith(ownPrefix));
  const known = new Set(all.map(({ name }) => name));
  const last = goesOn ? names.length : names.findLastIndex((name) => known.has(name));
  return names.slice(0, Math.max(last, 0)).find((name) => !known.has(name));
}

function readMigration({ name, sql }: Migration): ReadMigration {
  // Editors and Git change a byte order mark, the ends of lines and what follows the last one, which means nothing.
  const text = sql
    .replace(/^\uFEFF/, '')
    .replaceAll(/\r\n?/g, '\n')
    .trimEnd();
  return { name, sql: text, hash: createHash('sha256').update(text).digest('base64url') };
}

function wasChanged(name: string): AnywiseError {
  return new AnywiseError(
    'INVALID_MIGRATION',
    `The migration \`${name}\` was changed after it had been applied, so the tables are not what it says. Put it back as it was and make the change in a new migration; in development, deleting the data will do.`,
  );
}

function isMissing(name: string): AnywiseError {
  return new AnywiseError(
    'INVALID_MIGRATION',
    `The migration \`${name}\` was applied to this database, but is not among the service's. Put it back under its name; to undo it, write a new migration.`,
  );
}
