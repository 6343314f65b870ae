import { AnywiseError } from '../core/errors/errors.js';
import { isLost, type PooledClient, type PostgresResult } from './client.js';

/** A statement of the library's own. */
export interface Statement {
  readonly text: string;
  /** Set for frequent statements whose plan does not depend on the data. */
  readonly name?: string;
}

interface SessionOptions {
  readonly client: PooledClient;
  readonly begin: string;
  readonly queryOf: (statement: Statement, values: readonly unknown[]) => { text: string; values: unknown[] };
  readonly explain: (error: unknown) => Error;
  readonly giveBack: () => void;
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
    this.#begun = this.#tracked(this.client.query(options.begin));
    // The first statement fails with the same error.
    this.#begun.catch(() => undefined);
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
    this.#options.giveBack();
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
