import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { moduleOf } from './examples.js';
import { readPage, workspace } from './pages.js';

/**
 * Runs the TypeScript of a page, as the one module that it compiles to, and gives what it exports. Tests on the page become
 * tests of the file that imports it.
 */
export async function importPage(path: string): Promise<unknown> {
  const parent = join(workspace, 'e2e/.anywise');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'page-'));
  try {
    const file = join(folder, 'page.ts');
    writeFileSync(file, moduleOf(readPage(path)));
    return await import(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
