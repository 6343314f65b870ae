import { SqlTransaction, type SqlValue } from '../core/ports/sql.js';
import type { PostgresClient, PostgresResult } from './client.js';

/** The message's transaction on a PostgreSQL store. The same as {@link SqlTransaction}, for code that uses PostgreSQL's dialect. */
export abstract class PostgresTransaction extends SqlTransaction {
  /**
   * The `pg` client on which the transaction runs, for libraries that take one, such as Drizzle or Kysely. It is yours until
   * the message ends: do not begin, commit or roll back on it, nor release it.
   */
  abstract client(): Promise<PostgresClient>;
}

/** Runs a statement of the handler's. */
export type Query = <Row extends object>(sql: string, values: readonly SqlValue[]) => Promise<PostgresResult<Row>>;

/** The handler's view of the transaction: its statements, but not its end. */
export class TransactionClient extends PostgresTransaction {
  readonly #query: Query;
  readonly #client: () => Promise<PostgresClient>;

  constructor(query: Query, client: () => Promise<PostgresClient>) {
    super();
    this.#query = query;
    this.#client = client;
  }

  client(): Promise<PostgresClient> {
    return this.#client();
  }

  async run(sql: string, ...values: readonly SqlValue[]): Promise<number> {
    return (await this.#query(sql, values)).rowCount ?? 0;
  }

  async get<Row extends object>(sql: string, ...values: readonly SqlValue[]): Promise<Row | undefined> {
    return (await this.#query<Row>(sql, values)).rows[0];
  }

  async all<Row extends object>(sql: string, ...values: readonly SqlValue[]): Promise<readonly Row[]> {
    return (await this.#query<Row>(sql, values)).rows;
  }
}
