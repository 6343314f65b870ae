import { startTimer } from '../core/time/timers.js';
import { createHash } from 'node:crypto';
import { errorText } from '../core/errors/thrown.js';
import {
  defaultMaxConnections,
  defaultStatementTimeoutMs,
  isLost,
  reach,
  stateOf,
  unavailable,
  type ListeningClient,
  type ListeningEvents,
  type PooledClient,
  type PostgresConnection,
  type PostgresQuery,
  type PostgresResult,
  type Server,
} from './client.js';
import { inOnePiece } from './in-one-piece.js';
import { OpenSessions, Session, type Statement } from './session.js';

const namePrefix = 'anywise_';

/**
 * Prepares a statement: it is planned once per connection. So its best plan must not depend on the contents of the tables,
 * unless it is run by {@link Database.queryByIndex}.
 */
export function prepared(text: string): Statement {
  return { text, name: `${namePrefix}${createHash('sha256').update(text).digest('base64url').slice(0, 24)}` };
}

/**
 * The plan of a prepared statement is kept: it takes longer to plan one for the values each time than to run it. Compiling a
 * statement takes a second, and pays for itself only where many rows are read.
 */
export const byIndex = `BEGIN; ${[
  'enable_seqscan = off',
  'enable_bitmapscan = off',
  'jit = off',
  'plan_cache_mode = force_generic_plan',
]
  .map((setting) => `SET LOCAL ${setting}`)
  .join('; ')}`;

/**
 * How many connections transactions may take: the rest is reserved for renewing leases and relaying, however many handlers
 * wait.
 */
const forTransactions = (connections: number): number => Math.max(connections - 4, Math.floor(connections / 2), 1);

/** For how long a statement of the library's own may have no answer before the database counts as unusable. */
const silentMs = 5_000;
/** How long statements may take to be answered while the database is being closed. */
const closeMs = 5_000;

/** A database with its connections. Connection errors become `UNAVAILABLE`; errors of statements are unchanged. */
export class Database {
  readonly #server: Server;
  /** Whether notices come by a URL of their own. */
  readonly listensElsewhere: boolean;
  #prepare: boolean;
  readonly #slots: Slots;
  readonly #statementTimeoutMs: number;
  readonly #sessions: OpenSessions;
  /** When the statements were sent that have no answer yet, the oldest first. */
  readonly #unanswered = new Set<{ readonly sentAt: number }>();
  #closing: NodeJS.Timeout | undefined;
  #isCut = false;

  private constructor(server: Server, options: PostgresConnection) {
    const { prepare = true, maxConnections = defaultMaxConnections, statementTimeoutMs } = options;
    this.#server = server;
    this.listensElsewhere = options.listenUrl !== undefined;
    this.#prepare = prepare;
    this.#slots = new Slots(forTransactions(maxConnections));
    this.#statementTimeoutMs = statementTimeoutMs ?? defaultStatementTimeoutMs;
    this.#sessions = new OpenSessions(this.#statementTimeoutMs / 3);
  }

  /** @throws AnywiseError if `pg` or the URL cannot be used. Connects with the first statement. */
  static async open(options: PostgresConnection): Promise<Database> {
    return new Database(await reach(options), options);
  }

  get place(): string {
    return this.#server.place;
  }

  /** Runs one statement, in its own transaction. */
  query<Row extends object>(statement: Statement, ...values: readonly unknown[]): Promise<PostgresResult<Row>> {
    return this.#answered(async () => {
      const client = await this.#connect();
      try {
        const result = await client.query<Row>(this.#queryOf(statement, values));
        client.release();
        return result;
      } catch (error) {
        client.release(isLost(error));
        throw this.explain(error);
      }
    });
  }

  /** The same for a handler, whose transaction would have no other statement: it needs a place of one. */
  async queryInPlace<Row extends object>(
    statement: Statement,
    ...values: readonly unknown[]
  ): Promise<PostgresResult<Row>> {
    await this.#slots.take();
    try {
      return await this.query<Row>(statement, ...values);
    } finally {
      this.#slots.giveBack();
    }
  }

  /**
   * Runs one statement, in its own transaction, with a plan that only uses indexes. The planner's statistics may be older
   * than the last burst of messages, and then it would prefer to scan whole tables.
   */
  queryByIndex<Row extends object>(statement: Statement, ...values: readonly unknown[]): Promise<PostgresResult<Row>> {
    return this.lastByIndex([], [statement, values]);
  }

  /** The same behind other statements, in order, each of which sees what the ones before did. Gives the answer to the last. */
  lastByIndex<Row extends object>(before: readonly Sent[], last: Sent): Promise<PostgresResult<Row>> {
    return this.#answered(async () => {
      const client = await this.#connect();
      const send = ([statement, values]: Sent): Promise<PostgresResult<Row>> =>
        client.query<Row>(this.#queryOf(statement, values));
      try {
        inOnePiece(client);
        const sent = [client.query(byIndex), ...before.map(send)];
        const [result] = await Promise.all([send(last), client.query('COMMIT'), ...sent]);
        client.release();
        return result;
      } catch (error) {
        client.release(true);
        throw this.explain(error);
      }
    });
  }

  /** Runs statements, in order, in one transaction. None waits for the answer to the one before. */
  queryTogether(statements: readonly Sent[]): Promise<void> {
    return this.#answered(async () => {
      const client = await this.#connect();
      try {
        inOnePiece(client);
        await Promise.all([
          client.query('BEGIN'),
          ...statements.map(([statement, values]) => client.query(this.#queryOf(statement, values))),
          client.query('COMMIT'),
        ]);
        client.release();
      } catch (error) {
        client.release(true);
        throw this.explain(error);
      }
    });
  }

  /**
   * Runs statements that read, in order, each of which sees what was committed before it. None waits for the answer to the one
   * before. Settings that they make end with them.
   */
  readTogether(
    statements: readonly (readonly [Statement, readonly unknown[]])[],
  ): Promise<readonly PostgresResult<object>[]> {
    return this.#answered(async () => {
      const client = await this.#connect();
      try {
        inOnePiece(client);
        const [, ...results] = await Promise.all([
          client.query<object>('BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY'),
          ...statements.map(([statement, values]) => client.query<object>(this.#queryOf(statement, values))),
          client.query<object>('COMMIT'),
        ]);
        client.release();
        return results;
      } catch (error) {
        client.release(true);
        throw this.explain(error);
      }
    });
  }

  /**
   * @throws AnywiseError (`UNAVAILABLE`) if statements of the library's own have no answer for too long. A check on a
   * connection of its own would not find out.
   */
  assertAnswers(): void {
    const [oldest] = this.#unanswered;
    const waitedMs = oldest === undefined ? 0 : performance.now() - oldest.sentAt;
    if (waitedMs < silentMs) return;
    throw unavailable(this.place, `it has not answered a statement for ${Math.round(waitedMs / 1_000)} s`);
  }

  /** Begins a transaction. `BEGIN` is sent together with the first statement. */
  async begin(sql: string): Promise<Session> {
    await this.#slots.take();
    try {
      const client = await this.#connect();
      const session = new Session({
        client,
        // A live transaction is heard of more often than that, so the connection is gone or the process is frozen.
        begin: `${sql}; SET LOCAL idle_in_transaction_session_timeout = ${this.#statementTimeoutMs}`,
        queryOf: (statement, values) => this.#queryOf(statement, values),
        explain: (error) => this.#explainOf(error),
        released: () => {
          this.#sessions.delete(session);
          this.#slots.giveBack();
        },
      });
      this.#sessions.add(session);
      return session;
    } catch (error) {
      this.#slots.giveBack();
      throw error;
    }
  }

  /** Runs work in a transaction of its own, which is committed unless the work throws. @param sql as `begin` takes it. */
  async transaction<T>(sql: string, work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.begin(sql);
    try {
      const result = await work(session);
      await session.commit();
      return result;
    } catch (error) {
      await session.rollback().catch(() => undefined);
      throw error;
    }
  }

  /** Opens a connection outside of the pool. */
  listeningClient(events: ListeningEvents): ListeningClient {
    return this.#server.listeningClient(events);
  }

  explain(error: unknown): Error {
    return isLost(error) ? unavailable(this.place, error) : (error as Error);
  }

  /** Gives what runs a few seconds to end, after which what still has no answer fails, and so does all that begins then. */
  beginClose(): void {
    this.#closing ??= startTimer(() => {
      this.#isCut = true;
      this.#server.cut();
    }, closeMs);
  }

  /** Resolves when every connection is closed. */
  async close(): Promise<void> {
    this.beginClose();
    await this.#server.pool.end();
    clearTimeout(this.#closing);
  }

  async #answered<T>(work: () => Promise<T>): Promise<T> {
    const statement = { sentAt: performance.now() };
    this.#unanswered.add(statement);
    try {
      return await work();
    } catch (error) {
      if (!isMisplaced(error)) throw error;
      // Nothing was executed.
      this.#prepare = false;
      return await work();
    } finally {
      this.#unanswered.delete(statement);
    }
  }

  #explainOf(error: unknown): Error {
    if (!isMisplaced(error)) return this.explain(error);
    this.#prepare = false;
    return unavailable(this.place, 'a statement was prepared on another connection, so none are from now on');
  }

  async #connect(): Promise<PooledClient> {
    if (this.#isCut) throw unavailable(this.place, 'it is closed');
    try {
      return await this.#server.pool.connect();
    } catch (error) {
      // Whatever the error: there is no connection.
      throw unavailable(this.place, error);
    }
  }

  #queryOf({ text, name, timeoutMs, rowMode }: Statement, values: readonly unknown[]): PostgresQuery {
    return {
      text,
      values: [...values],
      ...(name === undefined || !this.#prepare ? {} : { name }),
      ...(timeoutMs === undefined ? {} : { query_timeout: timeoutMs }),
      ...(rowMode === undefined ? {} : { rowMode }),
    };
  }
}

/**
 * Whether a statement was sent where it is not prepared, or was prepared by others: a pooler that knows nothing of prepared
 * statements gives each transaction another connection of the server.
 */
function isMisplaced(error: unknown): boolean {
  return /^(?:26000|42P05)$/.test(stateOf(error) ?? '') && errorText(error).includes(`"${namePrefix}`);
}

/** A statement with its values. */
type Sent = readonly [Statement, readonly unknown[]];

/** A number of places, taken in the order of the requests. */
class Slots {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves when there is a place. */
  async take(): Promise<void> {
    if (this.#free > 0) {
      this.#free--;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  giveBack(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free++;
    else next();
  }
}
