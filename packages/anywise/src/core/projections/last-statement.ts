import { SqlTransaction, type SqlValue } from '../ports/sql.js';

/** Knows the last statement that was run with it. */
export class LastStatement extends SqlTransaction {
  readonly #sql: SqlTransaction;
  #last: Promise<unknown> | undefined;

  constructor(sql: SqlTransaction) {
    super();
    this.#sql = sql;
  }

  /** Whether this is what the last statement returned. */
  isResult(value: unknown): boolean {
    return value !== undefined && value === this.#last;
  }

  run(sql: string, ...values: readonly SqlValue[]): Promise<number> {
    return this.#note(this.#sql.run(sql, ...values));
  }

  get<Row extends object>(sql: string, ...values: readonly SqlValue[]): Promise<Row | undefined> {
    return this.#note(this.#sql.get<Row>(sql, ...values));
  }

  all<Row extends object>(sql: string, ...values: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.#note(this.#sql.all<Row>(sql, ...values));
  }

  #note<T>(result: Promise<T>): Promise<T> {
    this.#last = result;
    return result;
  }
}
