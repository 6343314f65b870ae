import type { ProcessInfo, ProcessRow, Processes } from '../core/ports/processes.js';
import { processIn, processSql, processValues, type ProcessSql, type StoredProcess } from '../kit/process-rows.js';
import type { Database } from './database.js';
import { now } from './sql.js';

export class PostgresProcesses implements Processes {
  readonly #database: Database;
  readonly #sql: ProcessSql;

  /** @param schema the quoted name. */
  constructor(database: Database, schema: string) {
    this.#database = database;
    this.#sql = processSql({ table: `${schema}.anywise_process`, value: (n) => `$${n}`, now, byBytes: 'COLLATE "C"' });
  }

  async seen(process: ProcessInfo): Promise<number> {
    const { rows } = await this.#database.query<Pick<StoredProcess, 'seenAt'>>(
      { text: this.#sql.seen },
      ...processValues(process),
    );
    return rows[0]?.seenAt ?? 0;
  }

  async left(holder: string): Promise<void> {
    await this.#database.query({ text: this.#sql.left }, holder);
  }

  async list(limit: number): Promise<readonly ProcessRow[]> {
    const { rows } = await this.#database.query<StoredProcess>({ text: this.#sql.list }, limit);
    return rows.map(processIn);
  }
}
