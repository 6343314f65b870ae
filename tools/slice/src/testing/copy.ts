import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { filesIn, ownWorkspace } from '../workspace.js';

/** A copy of this workspace, or of a part of it, that nobody has installed or built anything in. */
export interface Copy extends Disposable {
  readonly root: string;
  /** Every file and what is in it. */
  files(): ReadonlyMap<string, string>;
}

const leftOut = new Set(['node_modules', 'dist', 'coverage', '.turbo', '.anywise', '.git']);

/** @param parts files and folders; all without. */
export function copyWorkspace(parts: readonly string[] = ['.']): Copy {
  const root = mkdtempSync(join(tmpdir(), 'anywise-slice-'));
  for (const part of parts) {
    cpSync(join(ownWorkspace, part), join(root, part), {
      recursive: true,
      filter: (path) => !leftOut.has(basename(path)),
    });
  }
  return {
    root,
    files: () => new Map(filesIn(root, '.').map((path) => [path.slice(2), readFileSync(join(root, path), 'utf8')])),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
