import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Migration } from 'anywise';

/** Reads a folder of `.sql` files as migrations, in the order of their names: `001-payments.sql`, `002-….sql`. */
export function readMigrations(folder: URL): readonly Migration[] {
  const path = fileURLToPath(folder);
  const files = readdirSync(path).filter((file) => file.endsWith('.sql'));
  return files
    .sort()
    .map((file) => ({ name: file.slice(0, -'.sql'.length), sql: readFileSync(join(path, file), 'utf8') }));
}
