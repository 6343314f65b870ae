import { sleep } from '../core/time/timers.js';
import { AnywiseError } from '../core/errors/errors.js';
import type { OptionCheck } from '../core/errors/options.js';
import { errorText } from '../core/errors/thrown.js';
import { faultOf, storable } from '../core/message/storable-text.js';
import { makePrivateFile } from '../kit/private-files.js';
import { cutOff, setCheckpoints } from './checkpoints.js';
import type { SqlValue } from '../core/ports/sql.js';

/**
 * The part of an SQLite library that we use, so that `node:sqlite`, `@photostructure/sqlite` and `better-sqlite3` all fit.
 */
export interface SqliteClient {
  /** Runs statements without values. */
  exec(sql: string): unknown;
  /** Compiles one statement. */
  prepare(sql: string): SqliteStatement;
  /** Closes the file. */
  close(): unknown;
}

/** The part of a compiled statement that we use. */
export interface SqliteStatement {
  /** Runs a statement that writes. */
  run(...values: SqlValue[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint };
  /** The first row; `undefined` if there are no rows. */
  get(...values: SqlValue[]): unknown;
  /** All rows. */
  all(...values: SqlValue[]): unknown[];
  /** Has integers read as bigint, in `node:sqlite` and `@photostructure/sqlite`. */
  setReadBigInts?(enabled: boolean): unknown;
  /** The same in `better-sqlite3`. */
  safeIntegers?(enabled: boolean): unknown;
  /** Has rows read as arrays, in `node:sqlite` and `@photostructure/sqlite`. */
  setReturnArrays?(enabled: boolean): unknown;
  /** The same in `better-sqlite3`. */
  raw?(enabled: boolean): unknown;
}

/** Checks an option that names a database file. What the driver would read as a URL, or as no file, would be another one. */
export const pathCheck: OptionCheck = (value) =>
  typeof value === 'string' &&
  value !== '' &&
  faultOf(value) === undefined &&
  !/^[a-z][a-z\d+.-]+:|:\/\/|^:/i.test(value)
    ? undefined
    : 'the path of a file, not a URL';

/** Opens a database file. */
export type OpenSqlite = (path: string) => SqliteClient;

/**
 * Whether a commit waits for the disk. `normal` survives the death of every process; `full` also survives power loss, at
 * about a quarter of the speed.
 */
export type Synchronous = 'normal' | 'full';

type Found<Row> = Row | undefined;

/**
 * Statements that are composed anew each time must not fill the memory. Only those that come again are kept: drivers free a
 * statement when it is garbage collected, which happens soon only if it was never kept.
 */
const keptAtMost = 1_000;

/** A connection with its prepared statements. */
export class Connection {
  readonly #client: SqliteClient;
  readonly #statements = new Map<string, SqliteStatement>();
  readonly #exactStatements = new Map<string, SqliteStatement>();
  readonly #arrayStatements = new Map<string, SqliteStatement>();
  /** The SQL that ran once. */
  readonly #seen = new Set<string>();

  constructor(client: SqliteClient) {
    this.#client = client;
  }

  exec(sql: string): void {
    this.#client.exec(sql);
  }

  run(sql: string, ...values: readonly SqlValue[]): number {
    return Number(this.#prepared(sql).run(...whole(values)).changes);
  }

  /** The number of the inserted row; `undefined` if none was inserted. */
  insert(sql: string, ...values: readonly SqlValue[]): number | undefined {
    const { changes, lastInsertRowid } = this.#prepared(sql).run(...whole(values));
    return changes > 0 ? Number(lastInsertRowid) : undefined;
  }

  get<Row>(sql: string, ...values: readonly SqlValue[]): Found<Row> {
    return (this.#prepared(sql).get(...whole(values)) ?? undefined) as Found<Row>;
  }

  all<Row>(sql: string, ...values: readonly SqlValue[]): Row[] {
    return this.#prepared(sql).all(...whole(values)) as Row[];
  }

  /** As `all`, each row as its columns in order. Of many rows, drivers take longer to name the columns than to read them. */
  allColumns<Row extends readonly unknown[]>(sql: string, ...values: readonly SqlValue[]): Row[] {
    const rows = this.#arrays(sql).all(...whole(values)) as (Row | object)[];
    return rows.map((row) => (Array.isArray(row) ? row : Object.values(row)) as unknown as Row);
  }

  /** As `get`, for tables of the user's: integers that a number cannot hold come as bigint. */
  getExact<Row extends object>(sql: string, ...values: readonly SqlValue[]): Found<Row> {
    const row = (this.#exact(sql).get(...values) ?? undefined) as Found<Row>;
    return row === undefined ? undefined : narrowed(row);
  }

  /** As `all`, with integers as of `getExact`. */
  allExact<Row extends object>(sql: string, ...values: readonly SqlValue[]): Row[] {
    return (this.#exact(sql).all(...values) as Row[]).map(narrowed);
  }

  close(): void {
    this.#statements.clear();
    this.#exactStatements.clear();
    this.#arrayStatements.clear();
    this.#client.close();
  }

  #prepared(sql: string): SqliteStatement {
    return this.#statements.get(sql) ?? this.#prepare(sql, this.#statements);
  }

  #exact(sql: string): SqliteStatement {
    return this.#exactStatements.get(sql) ?? this.#prepare(sql, this.#exactStatements, readExactly);
  }

  #arrays(sql: string): SqliteStatement {
    return this.#arrayStatements.get(sql) ?? this.#prepare(sql, this.#arrayStatements, readArrays);
  }

  /** @param setUp what the statement is told before it is used. */
  #prepare(
    sql: string,
    known: Map<string, SqliteStatement>,
    setUp?: (statement: SqliteStatement) => void,
  ): SqliteStatement {
    const statement = this.#client.prepare(sql);
    setUp?.(statement);
    if (this.#seen.delete(sql)) {
      if (known.size === keptAtMost) known.clear();
      known.set(sql, statement);
    } else {
      if (this.#seen.size === keptAtMost) this.#seen.clear();
      this.#seen.add(sql);
    }
    return statement;
  }
}

function readExactly(statement: SqliteStatement): void {
  statement.setReadBigInts?.(true);
  statement.safeIntegers?.(true);
}

function readArrays(statement: SqliteStatement): void {
  statement.setReturnArrays?.(true);
  statement.raw?.(true);
}

/** Drivers cut a text at NUL. */
function whole(values: readonly SqlValue[]): readonly SqlValue[] {
  const isCut = values.some((value) => typeof value === 'string' && value.includes('\0'));
  return isCut ? values.map((value) => (typeof value === 'string' ? storable(value) : value)) : values;
}

/** A row in which each bigint is a number if that is exact, as PostgreSQL gives it. */
function narrowed<Row extends object>(row: Row): Row {
  const fields = row as Record<string, unknown>;
  for (const name in fields) {
    const value = fields[name];
    if (typeof value !== 'bigint') continue;
    const number = Number(value);
    if (Number.isSafeInteger(number)) fields[name] = number;
  }
  return row;
}

export interface ConnectOptions {
  readonly path: string;
  readonly open: OpenSqlite | undefined;
  readonly synchronous: Synchronous;
}

/** A writing and a read-only connection to one file. */
export interface Connections {
  readonly path: string;
  readonly writer: Connection;
  readonly reader: Connection;
}

/**
 * Opens the file; creates it and its folder, for this user alone, if they are missing.
 *
 * @throws AnywiseError (`UNAVAILABLE`) that names the file and says why not.
 */
export async function connect({ path, open, synchronous }: ConnectOptions): Promise<Connections> {
  try {
    makePrivateFile(path);
    const openFile = open ?? (await defaultDriver());
    const writer = new Connection(openFile(path));
    await untilUnlocked(() => writer.exec('PRAGMA journal_mode = WAL'));
    writer.exec(`PRAGMA synchronous = ${synchronous}`);
    setCheckpoints(writer);
    // A blocking wait would stop the event loop; the writer waits for the lock asynchronously.
    writer.exec('PRAGMA busy_timeout = 0');
    const reader = new Connection(openFile(path));
    reader.exec('PRAGMA busy_timeout = 100');
    reader.exec('PRAGMA query_only = 1');
    return { path, writer, reader };
  } catch (cause) {
    throw cannotOpen(path, cause);
  }
}

/** Waiting helps where others have the file locked, or the system is short of something. */
const passes = /database (table )?is locked|SQLITE_BUSY|disk is full|\b(?:ENOSPC|EMFILE|ENFILE|EBUSY|EAGAIN)\b/i;

/** Why a file cannot be opened. */
export function cannotOpen(path: string, cause: unknown): AnywiseError {
  return AnywiseError.is(cause) ? cause : unavailable(path, cause, { retryable: passes.test(errorText(cause)) });
}

export function unavailable(path: string, cause: unknown, { retryable = true } = {}): AnywiseError {
  return new AnywiseError(
    'UNAVAILABLE',
    `The SQLite file \`${path}\` cannot be used (${errorText(cause)}). Check that its folder exists and can be written.`,
    { cause, retryable },
  );
}

/** Closes both, and leaves a single file behind if no other process has it open. */
export function disconnect({ writer, reader }: Connections): void {
  reader.close();
  try {
    cutOff(writer);
  } catch (error) {
    if (!isBusy(error)) throw error;
  } finally {
    writer.close();
  }
}

export function isBusy(error: unknown): boolean {
  return /database (table )?is locked|SQLITE_BUSY/i.test(errorText(error));
}

/** Two processes that open a new file at once may find it locked while one switches it to WAL. */
async function untilUnlocked(work: () => void, attempts = 200): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      work();
      return;
    } catch (error) {
      if (!isBusy(error) || attempt === attempts) throw error;
      await sleep(5 + Math.random() * 10);
    }
  }
}

interface SqliteModule {
  readonly DatabaseSync: new (path: string) => SqliteClient;
}

/** SQLite before 3.51.3 can corrupt a file in WAL mode when several processes reset it: https://sqlite.org/wal.html#walresetbug */
const firstSafeVersion = [3, 51, 3] as const;

export async function defaultDriver(): Promise<OpenSqlite> {
  const builtIn = process.getBuiltinModule('node:sqlite') as SqliteModule | undefined;
  const { DatabaseSync } =
    builtIn !== undefined && isSafeVersion(process.versions.sqlite) ? builtIn : await optionalDriver();
  return (path) => new DatabaseSync(path);
}

async function optionalDriver(): Promise<SqliteModule> {
  try {
    return await import('@photostructure/sqlite');
  } catch (cause) {
    throw withoutDriver(cause);
  }
}

/** What to do where the package is not there, or is there and cannot be loaded. */
export function withoutDriver(cause: unknown): AnywiseError {
  const { code } = Object(cause) as { readonly code?: unknown };
  const advice =
    code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
      ? 'Install `@photostructure/sqlite`.'
      : `\`@photostructure/sqlite\` is there, but cannot be loaded (${errorText(cause)}). It has a native part: leave it out of bundles (\`--external:@photostructure/sqlite\`), and install it on the system that runs it.`;
  const text = `Node ${process.version} has no SQLite that is safe for several processes. ${advice}`;
  return new AnywiseError('UNAVAILABLE', text, { cause });
}

function isSafeVersion(version: string | undefined): boolean {
  const parts = (version ?? '0').split('.').map(Number);
  for (const [index, safe] of firstSafeVersion.entries()) {
    const part = parts[index] ?? 0;
    if (part !== safe) return part > safe;
  }
  return true;
}
