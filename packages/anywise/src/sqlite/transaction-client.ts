import { SqlTransaction, type SqlValue } from '../core/ports/sql.js';
import { checkStatement } from '../kit/statement.js';
import type { Connection } from './client.js';

/** The message's transaction on an SQLite store. The same as {@link SqlTransaction}, for code that uses SQLite's dialect. */
export abstract class SqliteTransaction extends SqlTransaction {}

/** Runs work of the handler's on the connection that it may use. */
export type OnConnection = <T>(work: (connection: Connection) => T) => Promise<T>;

/** The handler's view of the transaction: its statements, but not its end. */
export class TransactionClient extends SqliteTransaction {
  readonly #onConnection: OnConnection;

  constructor(onConnection: OnConnection) {
    super();
    this.#onConnection = onConnection;
  }

  async run(sql: string, ...values: readonly SqlValue[]): Promise<number> {
    checkStatement(sql, values);
    return this.#onConnection((connection) => connection.run(sql, ...values));
  }

  async get<Row extends object>(sql: string, ...values: readonly SqlValue[]): Promise<Row | undefined> {
    checkStatement(sql, values);
    return this.#onConnection((connection) => connection.getExact<Row>(sql, ...values));
  }

  async all<Row extends object>(sql: string, ...values: readonly SqlValue[]): Promise<readonly Row[]> {
    checkStatement(sql, values);
    return this.#onConnection((connection) => connection.allExact<Row>(sql, ...values));
  }
}
