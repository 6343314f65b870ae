import { createHash } from 'node:crypto';
import {
  defaultMaxConnections,
  isLost,
  reach,
  unavailable,
  type ListeningClient,
  type ListeningEvents,
  type PooledClient,
  type PostgresConnection,
  type PostgresResult,
  type Server,
} from './client.js';
import { Session, type Statement } from './session.js';

/**
 * Prepares a statement: it is planned once per connection. So its best plan must not depend on the contents of the tables,
 * unless it is run by {@link Database.queryByIndex}.
 */
export function prepared(text: string): Statement {
  return { text, name: `anywise_${createHash('sha256').update(text).digest('base64url').slice(0, 24)}` };
}

/** Compiling a statement takes a second, and pays for itself only where many rows are read. */
const byIndex = 'BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL jit = off';

/**
 * How many connections transactions may take: the rest is reserved for renewing leases and relaying, however many handlers
 * wait.
 */
const forTransactions = (connections: number): number => Math.max(connections - 4, Math.floor(connections / 2), 1);

/** A database with its connections. Connection errors become `UNAVAILABLE`; errors of statements are unchanged. */
export class Database {
  readonly #server: Server;
  readonly #prepare: boolean;
  readonly #slots: Slots;

  private constructor(server: Server, { prepare = true, maxConnections = defaultMaxConnections }: PostgresConnection) {
    this.#server = server;
    this.#prepare = prepare;
    this.#slots = new Slots(forTransactions(maxConnections));
  }

  /** @throws AnywiseError if `pg` or the URL cannot be used. Connects with the first statement. */
  static async open(options: PostgresConnection): Promise<Database> {
    return new Database(await reach(options), options);
  }

  get place(): string {
    return this.#server.place;
  }

  /** Runs one statement, in its own transaction. */
  async query<Row extends object>(statement: Statement, ...values: readonly unknown[]): Promise<PostgresResult<Row>> {
    const client = await this.#connect();
    try {
      const result = await client.query<Row>(this.#queryOf(statement, values));
      client.release();
      return result;
    } catch (error) {
      client.release(isLost(error));
      throw this.explain(error);
    }
  }

  /**
   * Runs one statement, in its own transaction, with a plan that only uses indexes. The planner's statistics may be older
   * than the last burst of messages, and then it would prefer to scan whole tables.
   */
  async queryByIndex<Row extends object>(
    statement: Statement,
    ...values: readonly unknown[]
  ): Promise<PostgresResult<Row>> {
    const client = await this.#connect();
    try {
      const [, result] = await Promise.all([
        client.query(byIndex),
        client.query<Row>(this.#queryOf(statement, values)),
        client.query('COMMIT'),
      ]);
      client.release();
      return result;
    } catch (error) {
      client.release(true);
      throw this.explain(error);
    }
  }

  /** Begins a transaction. `BEGIN` is sent together with the first statement. */
  async begin(sql: string): Promise<Session> {
    await this.#slots.take();
    try {
      const client = await this.#connect();
      return new Session({
        client,
        begin: sql,
        queryOf: (statement, values) => this.#queryOf(statement, values),
        explain: (error) => this.explain(error),
        giveBack: () => this.#slots.giveBack(),
      });
    } catch (error) {
      this.#slots.giveBack();
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

  /** Resolves when every connection is closed. */
  async close(): Promise<void> {
    await this.#server.pool.end();
  }

  async #connect(): Promise<PooledClient> {
    try {
      return await this.#server.pool.connect();
    } catch (error) {
      // Whatever the error: there is no connection.
      throw unavailable(this.place, error);
    }
  }

  #queryOf(
    { text, name }: Statement,
    values: readonly unknown[],
  ): {
    readonly text: string;
    readonly values: unknown[];
    readonly name?: string;
  } {
    return { text, values: [...values], ...(name === undefined || !this.#prepare ? {} : { name }) };
  }
}

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
