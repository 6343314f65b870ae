import type { ProcessInfo, ProcessRow, Processes } from '../core/ports/processes.js';
import { processIn, processSql, processValues, type StoredProcess } from '../kit/process-rows.js';
import type { Connections } from './client.js';
import type { Database } from './database.js';
import { now } from './sql.js';
import type { Writer } from './writer.js';

const sql = processSql({ table: 'anywise_process', value: (n) => `?${n}`, now, byBytes: '' });

export class SqliteProcesses implements Processes {
  readonly #connections: Connections;
  readonly #writer: Writer;

  constructor({ connections, writer }: Database) {
    this.#connections = connections;
    this.#writer = writer;
  }

  async seen(process: ProcessInfo): Promise<number> {
    const { writer } = this.#connections;
    const values = processValues(process);
    const row = await this.#writer.run(() => writer.get<Pick<StoredProcess, 'seenAt'>>(sql.seen, ...values));
    return row?.seenAt ?? 0;
  }

  async left(holder: string): Promise<void> {
    await this.#writer.run(() => this.#connections.writer.run(sql.left, holder));
  }

  async list(limit: number): Promise<readonly ProcessRow[]> {
    return this.#connections.reader
      .all<StoredProcess & { readonly description: string }>(sql.list, limit)
      .map(({ description, ...row }) => processIn({ ...row, description: JSON.parse(description) as unknown }));
  }
}
