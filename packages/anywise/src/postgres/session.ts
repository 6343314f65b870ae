import { AnywiseError } from '../core/errors/errors.js';
import { startInterval } from '../core/time/timers.js';
import { isLost, type PooledClient, type PostgresQuery, type PostgresResult } from './client.js';
import { inOnePiece } from './in-one-piece.js';

/** A statement of the library's own. */
export interface Statement {
  readonly text: string;
  /** Set for frequent statements whose plan does not depend on the data. */
  readonly name?: string;
  /** How long the answer may take, in milliseconds, if not as long as is usual for the database. */
  readonly timeoutMs?: number;
  /** Has each row read as its columns in order: of many rows, naming the columns takes longer than reading them. */
  readonly rowMode?: 'array';
}

interface SessionOptions {
  readonly client: PooledClient;
  readonly begin: string;
  readonly queryOf: (statement: Statement, values: readonly unknown[]) => PostgresQuery;
  readonly explain: (error: unknown) => Error;
  /** Told when the transaction has ended and its connection is given back. */
  readonly released: () => void;
}

/** A transaction on its own connection. */
export class Session {
  readonly client: PooledClient;
  readonly #options: SessionOptions;
  readonly #begun: Promise<unknown>;
  #inFlight = 0;
  #lost = false;
  #released = false;
  #failure: Error | undefined;

  constructor(options: SessionOptions) {
    this.client = options.client;
    this.#options = options;
    inOnePiece(this.client);
    this.#begun = this.#tracked(this.client.query(options.begin));
    // The first statement fails with the same error.
    this.#begun.catch(() => undefined);
  }

  /** Tells the server that the transaction is not forgotten, and finds out whether the server is there. */
  touch(): void {
    if (this.#inFlight > 0) return;
    this.client.query('SELECT 1').catch((error: unknown) => {
      // A statement that failed makes this one fail too.
      this.#lost ||= isLost(error);
    });
  }

  async query<Row extends object>(statement: Statement, ...values: readonly unknown[]): Promise<PostgresResult<Row>> {
    const answer = this.#tracked(this.client.query<Row>(this.#options.queryOf(statement, values)));
    const [, result] = await Promise.all([this.#begun, answer]);
    return result;
  }

  /** @throws the failure, even of an earlier statement whose error was ignored. */
  async commit(): Promise<void> {
    try {
      const { command } = await this.#tracked(this.client.query('COMMIT'));
      // PostgreSQL rolls back a transaction with a failed statement, even if the error was caught.
      if (command === 'COMMIT') return;
      throw this.#failure ?? new Error('PostgreSQL rolled the transaction back instead of committing it.');
    } finally {
      this.#release(this.#lost);
    }
  }

  /**
   * Ends a transaction that only read: nothing depends on the answer, so nobody waits for it, unless a statement has failed.
   *
   * @throws what `commit` does.
   */
  async leave(): Promise<void> {
    if (this.#inFlight > 0 || this.#failure !== undefined) return this.commit();
    this.commit().catch(() => undefined);
  }

  async rollback(): Promise<void> {
    // A running statement would block this: closing the connection ends the transaction as well.
    if (this.#inFlight > 0) this.client.connection.stream.destroy();
    if (this.#inFlight > 0 || this.#lost) {
      this.#release(true);
      return;
    }
    try {
      await this.#tracked(this.client.query('ROLLBACK'));
    } catch (error) {
      // Without a connection, it has been rolled back.
      if (!AnywiseError.is(error)) throw error;
    } finally {
      this.#release(this.#lost);
    }
  }

  #release(close: boolean): void {
    if (this.#released) return;
    this.#released = true;
    this.client.release(close);
    this.#options.released();
  }

  async #tracked<T>(answer: Promise<T>): Promise<T> {
    this.#inFlight++;
    try {
      return await answer;
    } catch (error) {
      this.#lost ||= isLost(error);
      this.#failure ??= this.#options.explain(error);
      throw this.#options.explain(error);
    } finally {
      this.#inFlight--;
    }
  }
}

/** The transactions that are open, each of which the server hears of now and then, whatever its handler waits for. */
export class OpenSessions {
  readonly #everyMs: number;
  readonly #sessions = new Set<Session>();
  #timer: NodeJS.Timeout | undefined;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  add(session: Session): void {
    this.#sessions.add(session);
    this.#timer ??= startInterval(() => this.#touch(), this.#everyMs).unref();
  }

  delete(session: Session): void {
    this.#sessions.delete(session);
  }

  #touch(): void {
    for (const session of this.#sessions) session.touch();
    if (this.#sessions.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
