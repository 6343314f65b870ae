import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Files that are written by a tool, by their path in the workspace. */
export type Files = ReadonlyMap<string, string>;

/** The files that are not as they should be, one text each. */
export function outdated(root: string, files: Files, folder?: string): readonly string[] {
  const wrong = [...files].filter(([path, text]) => read(join(root, path)) !== text).map(([path]) => path);
  return [...wrong, ...surplus(root, files, folder)].sort();
}

/** Writes the files, and removes what else is in the folder that is theirs alone. */
export function write(root: string, files: Files, folder?: string): void {
  for (const path of surplus(root, files, folder)) rmSync(join(root, path));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function surplus(root: string, files: Files, folder?: string): string[] {
  if (folder === undefined || !existsSync(join(root, folder))) return [];
  const present = readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  return present.filter((path) => path.endsWith('.json') && !files.has(path));
}

function read(file: string): string | undefined {
  // A checkout on Windows may end lines differently.
  return existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\r\n', '\n') : undefined;
}
