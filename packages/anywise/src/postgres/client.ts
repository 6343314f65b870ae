import { AnywiseError } from '../core/errors/errors.js';
import { ofType, text, wholeNumber } from '../core/errors/options.js';
import { errorText } from '../core/errors/thrown.js';

/** What is used of a client of `pg`. */
export interface PostgresClient {
  /** Runs one statement. */
  query<Row extends object>(query: string | PostgresQuery): Promise<PostgresResult<Row>>;
}

/** A statement, with `$1` and so on for its values. */
export interface PostgresQuery {
  readonly text: string;
  readonly values?: unknown[];
  /** Prepares the statement under this name, once for each connection. */
  readonly name?: string;
}

/** What a statement gave. */
export interface PostgresResult<Row extends object> {
  readonly rows: readonly Row[];
  /** How many rows were read or changed. */
  readonly rowCount: number | null;
  /** What was done: `COMMIT`, say. */
  readonly command: string;
}

/** A client that belongs to a pool. */
export interface PooledClient extends PostgresClient {
  /** Gives it back; with `true`, to be closed. */
  release(close?: boolean): void;
  readonly connection: { readonly stream: { destroy(): unknown } };
}

export interface Pool {
  connect(): Promise<PooledClient>;
  end(): Promise<void>;
}

/** A client of its own, for what is heard on it. */
export interface ListeningClient extends PostgresClient {
  connect(): Promise<unknown>;
  end(): Promise<void>;
}

export interface ListeningEvents {
  readonly notice: (payload: string | undefined) => void;
  /** The connection is lost or closed. */
  readonly end: () => void;
}

/** How to reach a PostgreSQL server, and how much of it to use. */
export interface PostgresConnection {
  /** `postgres://user:password@host:port/database`. @defaultValue what the variables `PGHOST`, `PGUSER` and so on say */
  readonly url?: string;
  /** More of what `pg` takes, such as `ssl`, or `password` as a function. @defaultValue none */
  readonly pool?: Readonly<Record<string, unknown>>;
  /**
   * How many connections are open at most, at least 2, besides one for notices. In a store each message in hand that uses it
   * needs one; four, or half of them, are kept for the library's own work. A transport needs few, whatever the load.
   *
   * @defaultValue 20 for a store, 4 for a transport
   */
  readonly maxConnections?: number | undefined;
  /**
   * Prepares the statements that are used most. A PgBouncer before 1.21 that pools transactions needs `false`.
   *
   * @defaultValue true
   */
  readonly prepare?: boolean;
}

export const connectionChecks = {
  url: text(),
  pool: ofType('object'),
  maxConnections: wholeNumber(2, 9_999),
  prepare: ofType('boolean'),
};

/** The way to one database. */
export interface Server {
  /** Where it is, without the password. */
  readonly place: string;
  readonly pool: Pool;
  listeningClient(events: ListeningEvents): ListeningClient;
}

export const defaultMaxConnections = 20;

/**
 * Loads `pg`. Connects to nothing yet.
 *
 * @throws AnywiseError (`UNAVAILABLE`) if `pg` is not installed, (`INVALID_URL`) if it cannot read the URL.
 */
export async function reach({ url, pool, maxConnections }: PostgresConnection): Promise<Server> {
  const { Client, Pool, types } = await loadDriver();
  const bigintType: number = types.builtins.INT8;
  const parserOf: (type: number, format?: 'text' | 'binary') => unknown = types.getTypeParser;
  const config = {
    application_name: 'anywise',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    ...pool,
    ...(url === undefined ? {} : { connectionString: url }),
    max: Math.max(2, maxConnections ?? defaultMaxConnections),
    // Statements are sent without waiting for the answer to the one before.
    pipeline: true,
    types: {
      getTypeParser: (type: number, format?: 'text' | 'binary'): unknown =>
        type === bigintType && format !== 'binary' ? integerOf : parserOf(type, format),
    },
  };
  let client;
  try {
    client = new Client(config);
  } catch {
    // Without its cause, which shows the URL and with it the password.
    throw new AnywiseError(
      'INVALID_URL',
      'The URL of the PostgreSQL database cannot be read. Write `postgres://user:password@host:5432/database`, with special characters percent-encoded.',
    );
  }
  const connections = new Pool(config);
  // An idle connection that ends is replaced; an `error` that has no listener would end the process.
  connections.on('error', () => undefined);
  connections.on('connect', (connection) => connection.on('error', () => undefined));
  return {
    place: `${client.host}:${client.port}/${client.database ?? ''}`,
    pool: connections,
    listeningClient: ({ notice, end }) => {
      const listening = new Client(config);
      listening.on('notification', ({ payload }) => notice(payload));
      listening.on('error', end);
      listening.on('end', end);
      return listening;
    },
  };
}

/** A number if that is exact, as SQLite gives it. */
function integerOf(text: string): number | bigint {
  const integer = Number(text);
  return Number.isSafeInteger(integer) ? integer : BigInt(text);
}

async function loadDriver(): Promise<typeof import('pg')> {
  try {
    return await import('pg');
  } catch (cause) {
    throw new AnywiseError('UNAVAILABLE', 'PostgreSQL needs the package `pg`, which is not installed. Install it.', {
      cause,
    });
  }
}

export function unavailable(place: string, cause: unknown): AnywiseError {
  // What several addresses refused has no text of its own.
  const text = errorText(cause);
  const why = text === '' ? (stateOf(cause) ?? 'no reason was given') : text;
  return new AnywiseError(
    'UNAVAILABLE',
    `The PostgreSQL database \`${place}\` cannot be used (${why}). Check that it runs, can be reached, and lets this user in.`,
    { cause, retryable: true },
  );
}

/** SQLSTATEs of lost connections, of a server that stops or starts, and of one that has too many clients. */
const lostState = /^(?:08...|57P0[123]|53300)$/;
const lostSystem = /^E(?:CONN|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN|HOST|NET|NOENT)/;
const lostText =
  /connection (?:terminated|ended|error)|timeout exceeded when trying to connect|not queryable|after calling end/i;

/** Whether the error is of the connection, not of the statement. */
export function isLost(error: unknown): boolean {
  const code = stateOf(error) ?? '';
  return lostState.test(code) || lostSystem.test(code) || lostText.test(errorText(error));
}

/** The SQLSTATE of an error that the database answered, or the code of one of the system. */
export function stateOf(error: unknown): string | undefined {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}
