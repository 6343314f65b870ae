import { cpSync, existsSync, readdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';

const leftBehind = new Set(['dist', '.turbo', '.packing', '.anywise', 'coverage']);

/**
 * Makes a copy of the workspace in which nothing was built yet, as after a fresh install. What is installed is shared.
 *
 * @param {string} root
 * @param {string} copy an empty folder
 */
export function cloneWorkspace(root, copy) {
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    if (entry.isFile()) cpSync(join(root, entry.name), join(copy, entry.name));
  }
  for (const folder of ['packages', 'services', 'tools']) {
    cpSync(join(root, folder), join(copy, folder), {
      recursive: true,
      // Links between the packages lead to those of the copy.
      verbatimSymlinks: true,
      filter: (path) => !leftBehind.has(basename(path)),
    });
  }
  if (existsSync(join(root, 'node_modules'))) symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
}
