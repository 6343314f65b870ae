import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { folderOf } from './slice.js';
import { slicesOf } from './workspace.js';

interface Manifest {
  readonly dependencies?: unknown;
  readonly devDependencies?: unknown;
}

/**
 * Locks a new slice to what another slice with the same dependencies is locked to. pnpm would find the same, but not
 * without asking the registry.
 */
export function lockLikeAnother(root: string, name: string): void {
  const file = join(root, 'pnpm-lock.yaml');
  if (!existsSync(file)) return;
  const needed = dependenciesOf(root, name);
  const other = slicesOf(root).find(
    (slice) => slice !== name && isDeepStrictEqual(dependenciesOf(root, slice), needed),
  );
  if (other !== undefined)
    writeFileSync(file, withImporter(readFileSync(file, 'utf8'), folderOf(name), folderOf(other)));
}

/** The lockfile with another folder that has the dependencies of one that it knows. */
export function withImporter(lockfile: string, folder: string, like: string): string {
  const [importers = ''] = /^importers:\n[^]*?(?=^packages:\n)/m.exec(lockfile) ?? [];
  const entries = [...importers.matchAll(/^ {2}(\S.*):\n(?: {4}.*\n)+\n/gm)];
  const model = entries.find(([, path]) => path === like);
  if (model === undefined || entries.some(([, path]) => path === folder)) return lockfile;
  const next = entries.find(([, path = '']) => path > folder);
  const index = next?.index ?? importers.length;
  const added = model[0].replace(like, () => folder);
  return lockfile.replace(importers, () => `${importers.slice(0, index)}${added}${importers.slice(index)}`);
}

function dependenciesOf(root: string, slice: string): readonly unknown[] {
  const manifest = readFileSync(join(root, folderOf(slice), 'package.json'), 'utf8');
  const { dependencies, devDependencies } = JSON.parse(manifest) as Manifest;
  return [dependencies, devDependencies];
}
