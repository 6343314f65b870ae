import { join } from 'node:path';
import { moduleOf } from './examples.js';
import { inFolder, writeFiles } from './folder.js';
import { readPage } from './pages.js';

/**
 * Runs the TypeScript of a page, as the one module that it compiles to, and gives what it exports. Tests on the page become
 * tests of the file that imports it.
 */
export async function importPage(path: string): Promise<unknown> {
  return inFolder(async (folder) => {
    writeFiles(folder, new Map([['page.ts', moduleOf(readPage(path))]]));
    return (await import(join(folder, 'page.ts'))) as unknown;
  });
}
