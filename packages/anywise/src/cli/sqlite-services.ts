import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AnywiseError } from '../core/errors/errors.js';
import { errorText } from '../core/errors/thrown.js';
import type { OpenSqlite } from '../sqlite/client.js';
import { Refusal } from './refusal.js';

const ending = '.db';

/**
 * The services whose stores are in a folder, by name. Skips other files there, such as the transport's.
 *
 * @throws Refusal if there is no such folder; AnywiseError (`UNAVAILABLE`) if something in it cannot be read.
 */
export async function sqliteServices(folder: string): Promise<readonly string[]> {
  const files = filesOf(folder);
  const { defaultDriver } = await import('../sqlite/client.js');
  const open = await defaultDriver();
  return files.filter((file) => isStore(join(folder, file), open)).map((file) => basename(file, ending));
}

/** @throws Refusal if the folder is a file. */
export function assertNoFile(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== false) return;
  const [parent, service] = [dirname(folder), basename(folder, ending)];
  throw new Refusal(2, `\`${folder}\` is a file. Name its folder: \`--store sqlite:${parent} --service ${service}\`.`);
}

function filesOf(folder: string): string[] {
  if (!existsSync(folder)) {
    throw new Refusal(3, `There is no folder \`${folder}\`. Start a service, or name its store with \`--store\`.`);
  }
  assertNoFile(folder);
  return readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .sort();
}

/** Opens the file instead of guessing from its name. Writes nothing. */
function isStore(path: string, open: OpenSqlite): boolean {
  try {
    const client = open(path);
    try {
      client.exec('PRAGMA busy_timeout = 1000');
      const sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'anywise_inbox'";
      return client.prepare(sql).get() !== undefined;
    } finally {
      client.close();
    }
  } catch (cause) {
    if (/not a database/i.test(errorText(cause))) return false;
    throw new AnywiseError('UNAVAILABLE', `The SQLite file \`${path}\` cannot be read (${errorText(cause)}).`, {
      cause,
    });
  }
}
