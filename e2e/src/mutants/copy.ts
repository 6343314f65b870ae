import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { workspace } from '../harness/bundle.js';

/** A copy of the workspace as it is now, deleted at the end. */
export interface WorkspaceCopy extends Disposable {
  readonly folder: string;
}

const leftOut: ReadonlySet<string> = new Set(['.git', '.turbo', '.anywise', 'dist', 'coverage']);

/** Copies all sources. Packages find each other in the copy, and installed ones in the original. */
export function copyWorkspace(): WorkspaceCopy {
  const folder = mkdtempSync(join(tmpdir(), 'anywise-mutants-'));
  for (const name of readdirSync(workspace)) {
    if (name === 'node_modules') symlinkSync(join(workspace, name), join(folder, name));
    else if (!leftOut.has(name)) cpSync(join(workspace, name), join(folder, name), { recursive: true, ...asTheyAre });
  }
  return { folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) };
}

/** Each package's own `node_modules` is links, which are relative and lead into the copy. */
const asTheyAre = { verbatimSymlinks: true, filter: (path: string) => !leftOut.has(basename(path)) };
