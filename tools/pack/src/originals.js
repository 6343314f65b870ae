import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Where the files of a package wait while others take their place. Git ignores it, and no package holds it. */
const aside = '.packing';

/** @param {string} folder @param {readonly string[]} files */
export function keep(folder, files) {
  mkdirSync(join(folder, aside), { recursive: true });
  for (const file of files) copyFileSync(join(folder, file), join(folder, aside, file));
}

/** Does nothing where nothing was kept. @param {string} folder */
export function restore(folder) {
  const kept = join(folder, aside);
  if (!existsSync(kept)) return;
  for (const file of readdirSync(kept)) renameSync(join(kept, file), join(folder, file));
  rmSync(kept, { recursive: true });
}
