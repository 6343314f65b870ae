import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withLf } from './line-ends.js';
import type { FileEdit } from './file-edits.js';
import type { File } from './template.js';

/** Planned files beside what is on disk. */
export interface Comparison {
  readonly missing: readonly File[];
  readonly same: readonly File[];
  readonly changed: readonly File[];
}

export function compare(root: string, files: readonly File[]): Comparison {
  const states = files.map((file) => ({ file, state: stateOf(root, file) }));
  const those = (wanted: keyof Comparison) => states.filter(({ state }) => state === wanted).map(({ file }) => file);
  return { missing: those('missing'), same: those('same'), changed: those('changed') };
}

/** Writes files that are not there yet: all of them, or none. */
export function writeNew(root: string, files: readonly File[]): void {
  const made: string[] = [];
  try {
    for (const { path, text } of files) {
      const file = join(root, path);
      const newFolder = mkdirSync(dirname(file), { recursive: true });
      if (newFolder !== undefined) made.push(newFolder);
      writeFileSync(file, text, { flag: 'wx' });
      made.push(file);
    }
  } catch (error) {
    for (const path of made) rmSync(path, { recursive: true, force: true });
    throw error;
  }
}

/** Writes the changed files. Those that do not look as expected are left alone. */
export function writeEdits(root: string, edits: readonly FileEdit[]): void {
  for (const { path, text } of edits) if (text !== undefined) writeFileSync(join(root, path), text);
}

function stateOf(root: string, { path, text }: File): keyof Comparison {
  const file = join(root, path);
  if (!existsSync(file)) return 'missing';
  // Git may have checked it out with other line ends.
  return withLf(readFileSync(file, 'utf8')) === text ? 'same' : 'changed';
}
