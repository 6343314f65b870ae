import { listOf } from '../errors/options.js';
import { markOwnService } from './container.js';

/**
 * A value that every SQL store can bind. Anything else is refused, as are values that a store would change: a text with NUL or
 * a lone surrogate, NaN, and a bigint of more than 64 bits.
 */
export type SqlValue = string | number | bigint | null | Uint8Array;

/**
 * The transaction of the message being handled, for your own statements. Their writes commit together with the events that
 * the handler publishes, or not at all. Placeholders are `?`.
 *
 * The transaction begins with the first statement and ends with the handler: do slow work, such as HTTP calls, before it. In
 * a query's handler, statements can only read.
 *
 * Integers come as numbers, and as bigint where a number is not exact.
 *
 * Every SQL store provides it under this token, so code in plain SQL moves between stores unchanged.
 */
export abstract class SqlTransaction {
  static {
    markOwnService(this);
  }

  /**
   * Runs a statement that writes, and returns the number of rows it changed.
   *
   * @throws AnywiseError (`INVALID_STATEMENT`) that names the parameter which cannot be bound; nothing was run.
   */
  abstract run(sql: string, ...values: readonly SqlValue[]): Promise<number>;
  /** The first row of the result; `undefined` if it has no rows. */
  abstract get<Row extends object>(sql: string, ...values: readonly SqlValue[]): Promise<Row | undefined>;
  /** All rows of the result. */
  abstract all<Row extends object>(sql: string, ...values: readonly SqlValue[]): Promise<readonly Row[]>;
}

/**
 * A change of a service's tables. Applied once, by name, in the order given, before the store is used. One that was
 * applied must stay as it is: a store refuses to open where its text was changed, or where it is missing.
 */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** What a store would apply if it were opened now, besides the service's own migrations. */
export interface PendingMigrations {
  /** Whether there is a store yet. */
  readonly isThere: boolean;
  readonly migrations: readonly Migration[];
}

/** What is in each migration has texts of its own: `checkMigrations`. */
export const migrationsCheck = listOf(
  'migrations, each with a `name` and its `sql`',
  (item) => typeof item === 'object' && item !== null,
);
