import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Refusal } from './refusal.js';

/** What may be there before: `git init` and editors leave it. */
const harmless = new Set(['.git', '.idea', '.vscode', '.DS_Store']);

/** @throws Refusal if the folder holds anything that could be lost */
export function refuseOccupied(root: string): void {
  if (!existsSync(root)) return;
  const found = readdirSync(root).filter((name) => !harmless.has(name));
  if (found.length === 0) return;
  const more = found.length > 5 ? [`… and ${found.length - 5} more`] : [];
  throw new Refusal(
    [`${root} is not empty:`, ...found.slice(0, 5).map((name) => `  ${name}`), ...more, 'Nothing was written.'].join(
      '\n',
    ),
  );
}

/** Writes all files, or none. */
export function writeFiles(root: string, files: ReadonlyMap<string, string>): void {
  const made: string[] = [];
  try {
    for (const [path, text] of files) {
      const file = join(root, path);
      const folder = mkdirSync(dirname(file), { recursive: true });
      if (folder !== undefined) made.push(folder);
      writeFileSync(file, text, { flag: 'wx' });
      made.push(file);
    }
  } catch (error) {
    for (const path of made) rmSync(path, { recursive: true, force: true });
    throw error;
  }
}
