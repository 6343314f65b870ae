import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { ownWorkspace } from '../workspace.js';

/** A copy of this workspace without installed or built files. */
export interface Copy extends Disposable {
  readonly root: string;
}

const leftOut = new Set(['node_modules', 'dist', 'coverage', '.turbo', '.anywise', '.git']);

export function copyWorkspace(): Copy {
  const root = mkdtempSync(join(tmpdir(), 'anywise-slice-'));
  cpSync(ownWorkspace, root, { recursive: true, filter: (path) => !leftOut.has(basename(path)) });
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}
