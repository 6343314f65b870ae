import { AnywiseError } from '../core/errors/errors.js';
import { fields, ofType, text, wholeNumber, type OptionChecks } from '../core/errors/options.js';
import { readUrl, schemeOf, unreadableListenUrl, unreadablePostgresUrl } from '../core/errors/shown.js';
import { errorText } from '../core/errors/thrown.js';
import { longestTimerMs } from '../core/time/timers.js';
import { Sockets } from './sockets.js';

/** The part of a `pg` client that we use. */
export interface PostgresClient {
  /** Runs one statement. */
  query<Row extends object>(query: string | PostgresQuery): Promise<PostgresResult<Row>>;
}

/** A statement, with `$1` and so on as placeholders. */
export interface PostgresQuery {
  readonly text: string;
  readonly values?: unknown[];
  /** Prepares the statement under this name, once per connection. */
  readonly name?: string;
  /** How long the answer may take, in milliseconds, if not as long as is usual for the connection. */
  readonly query_timeout?: number;
  /** Has each row read as its columns in order. */
  readonly rowMode?: 'array';
}

/** The result of a statement. */
export interface PostgresResult<Row extends object> {
  readonly rows: readonly Row[];
  /** How many rows were read or changed. */
  readonly rowCount: number | null;
  /** The command that was executed, such as `COMMIT`. */
  readonly command: string;
}

/** A client that belongs to a pool. */
export interface PooledClient extends PostgresClient {
  /** Returns it to the pool; with `true`, closes it. */
  release(close?: boolean): void;
  readonly connection: { readonly stream: { destroy(): unknown; cork?(): void; uncork?(): void } };
}

export interface Pool {
  connect(): Promise<PooledClient>;
  end(): Promise<void>;
}

/** A dedicated client, for notifications. */
export interface ListeningClient extends PostgresClient {
  connect(): Promise<unknown>;
  end(): Promise<void>;
  /** The server's process for it, as reported over the connection: a pooler makes one up. */
  readonly processID: number | null;
}

export interface ListeningEvents {
  readonly notice: (channel: string, payload: string | undefined) => void;
  /** The connection is lost or closed. */
  readonly end: () => void;
}

/** How to reach a PostgreSQL server, and how much of it to use. */
export interface PostgresConnection {
  /** `postgres://user:password@host:port/database`. @defaultValue what the variables `PGHOST`, `PGUSER` and so on say */
  readonly url?: string;
  /**
   * How to reach the same database where notices arrive, in the form of `url`: directly, where `url` leads to a pooler such as
   * PgBouncer in transaction mode. One connection is opened by it. Without it, messages of other processes wait there for the
   * next poll, once a second, and the bus warns.
   *
   * @defaultValue `url`
   */
  readonly listenUrl?: string | undefined;
  /** Further options of `pg`, such as `ssl`, or `password` as a function. @defaultValue none */
  readonly pool?: Readonly<Record<string, unknown>>;
  /**
   * The largest number of open connections, at least 2, besides one for notifications. In a store, each message in hand that
   * uses it needs one; four of them, or half if there are fewer, are reserved for the library's own work. A transport needs
   * few, whatever the load.
   *
   * @defaultValue 20 for a store, 8 for a transport
   */
  readonly maxConnections?: number | undefined;
  /**
   * Prepares the most frequent statements, and those of handlers that come again, up to 200. Set `false` behind a PgBouncer
   * before 1.21 in transaction mode.
   *
   * @defaultValue true
   */
  readonly prepare?: boolean;
  /**
   * How long a statement may take, in milliseconds, a handler's included, but not those of migrations. Then its connection is
   * closed, and it fails with `UNAVAILABLE`, so that its message is tried again: either it is too slow, or the connection is
   * gone and neither side was told. The server rolls back a transaction that it has not heard of for as long.
   *
   * @defaultValue 30_000
   */
  readonly statementTimeoutMs?: number | undefined;
}

export const connectionChecks: OptionChecks<PostgresConnection> = {
  url: text(),
  listenUrl: text(),
  pool: fields(),
  maxConnections: wholeNumber(2, 9_999),
  prepare: ofType('boolean'),
  statementTimeoutMs: wholeNumber(100, longestTimerMs),
};

/** Access to one database. */
export interface Server {
  /** Its location, without the password. */
  readonly place: string;
  readonly pool: Pool;
  listeningClient(events: ListeningEvents): ListeningClient;
  /** Ends all connections at once. What waits for an answer fails. */
  cut(): void;
}

export const defaultMaxConnections = 20;
export const defaultStatementTimeoutMs = 30_000;

/** How long a connection may take to be made, unless the options of `pg` say otherwise. */
const connectMs = 10_000;
/** After how long without a byte the system asks whether the other side is still there. */
const keepAliveMs = 10_000;

/**
 * Loads `pg`. Does not connect yet.
 *
 * @throws AnywiseError (`UNAVAILABLE`) if `pg` is not installed, (`INVALID_URL`) if it cannot read the URL.
 */
export async function reach(options: PostgresConnection): Promise<Server> {
  const { url, listenUrl, pool, maxConnections, statementTimeoutMs } = options;
  const { Client, Pool, types } = await loadDriver();
  const bigintType: number = types.builtins.INT8;
  const parserOf: (type: number, format?: 'text' | 'binary') => unknown = types.getTypeParser;
  const sockets = new Sockets();
  const config = {
    application_name: 'anywise',
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    query_timeout: statementTimeoutMs ?? defaultStatementTimeoutMs,
    stream: sockets.make,
    ...pool,
    ...(url === undefined ? {} : { connectionString: url }),
    max: Math.max(2, maxConnections ?? defaultMaxConnections),
    // Statements are pipelined: each is sent without waiting for the previous answer.
    pipeline: true,
    types: {
      getTypeParser: (type: number, format?: 'text' | 'binary'): unknown =>
        type === bigintType && format !== 'binary' ? integerOf : parserOf(type, format),
    },
  };
  // Without the cause, which shows the URL and thus the password.
  const client = url === undefined || isPostgresUrl(url) ? attempt(() => new Client(config)) : undefined;
  if (client === undefined) throw new AnywiseError('INVALID_URL', unreadablePostgresUrl);
  const listeningConfig = listenUrl === undefined ? config : { ...config, connectionString: listenUrl };
  const canListen = listenUrl === undefined || isPostgresUrl(listenUrl);
  if (!canListen || attempt(() => new Client(listeningConfig)) === undefined) {
    throw new AnywiseError('INVALID_URL', unreadableListenUrl);
  }
  const connections = new Pool(config);
  // An idle connection that ends is replaced; an `error` event without a listener would end the process.
  connections.on('error', () => undefined);
  connections.on('connect', (connection) => connection.on('error', () => undefined));
  return {
    place: `${client.host}:${client.port}/${client.database ?? ''}`,
    pool: connections,
    listeningClient: ({ notice, end }) => {
      const listening = Object.assign(new Client(listeningConfig), { processID: null });
      listening.on('notification', ({ channel, payload }) => notice(channel, payload));
      listening.on('error', end);
      listening.on('end', end);
      return listening;
    },
    cut: () => sockets.cut(),
  };
}

/** What the driver would read in its own way may show a password where it names the database. */
function isPostgresUrl(url: string): boolean {
  return /^postgres(?:ql)?$/.test(schemeOf(url) ?? '') && readUrl(url) !== undefined;
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** A number if that is exact, as in SQLite. */
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

/** What `pg` says of a statement that has no answer in time. */
const silenceText = /query read timeout/i;

export function unavailable(place: string, cause: unknown, { retryable = true } = {}): AnywiseError {
  // The error for several refused addresses has no text of its own.
  const text = errorText(cause);
  const why = silenceText.test(text)
    ? 'a statement had no answer within `statementTimeoutMs`'
    : text === ''
      ? (stateOf(cause) ?? 'no reason was given')
      : text;
  return new AnywiseError(
    'UNAVAILABLE',
    `The PostgreSQL database \`${place}\` cannot be used (${why}). Check that it runs, can be reached, and lets this user in.`,
    { cause, retryable },
  );
}

/** SQLSTATEs of lost connections, of a server that starts or stops, and of one with too many clients. */
const lostState = /^(?:08...|57P0[123]|53300)$/;
const lostSystem = /^E(?:CONN|PIPE|TIMEDOUT|NOTFOUND|AI_AGAIN|HOST|NET|NOENT)/;
const lostText =
  /connection (?:terminated|ended|error)|timeout exceeded when trying to connect|not queryable|after calling end/i;

/** Whether the connection failed, not the statement. */
export function isLost(error: unknown): boolean {
  const code = stateOf(error) ?? '';
  const text = errorText(error);
  return lostState.test(code) || lostSystem.test(code) || lostText.test(text) || silenceText.test(text);
}

/** The SQLSTATE of a database error, or the code of a system error. */
export function stateOf(error: unknown): string | undefined {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
