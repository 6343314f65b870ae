import type { Migration } from '../core/ports/sql.js';
import { keepLogShort } from './checkpoints.js';
import { cannotOpen, connect, disconnect, unavailable, type ConnectOptions, type Connections } from './client.js';
import type { Database } from './database.js';
import { migrate } from './migrate.js';
import { Writer } from './writer.js';

/**
 * Opens and migrates.
 *
 * @throws AnywiseError (`UNAVAILABLE`) that names the file, and says why not.
 */
export async function openMigrated(options: ConnectOptions, migrations: readonly Migration[]): Promise<Database> {
  const connections = await connect(options);
  const writer = new Writer(connections.writer);
  try {
    await migrate(connections.writer, writer, migrations);
  } catch (error) {
    disconnect(connections);
    throw cannotOpen(options.path, error);
  }
  return { connections, writer, stop: keepLogShort(options.path, connections.writer, writer) };
}

/** Closes a database once pending writes are committed. */
export async function close({ connections, writer, stop }: Database): Promise<void> {
  stop();
  await writer.run(() => undefined);
  disconnect(connections);
}

/** @throws AnywiseError (`UNAVAILABLE`) if the statement fails, for whatever reason. */
export function usable({ reader, path }: Connections, sql: string): void {
  try {
    reader.get(sql);
  } catch (error) {
    throw unavailable(path, error);
  }
}
