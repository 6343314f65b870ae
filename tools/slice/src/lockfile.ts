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
  const needed = dependenciesOf(root, name);
  const other = slicesOf(root).find(
    (slice) => slice !== name && isDeepStrictEqual(dependenciesOf(root, slice), needed),
  );
  if (other !== undefined) edit(root, (lockfile) => withImporter(lockfile, folderOf(name), folderOf(other)));
}

/** Takes a slice that is gone out of the lockfile. */
export function unlock(root: string, name: string): void {
  edit(root, (lockfile) => withoutImporter(lockfile, folderOf(name)));
}

/** The lockfile with another folder that has the dependencies of one that it knows. */
export function withImporter(lockfile: string, folder: string, like: string): string {
  const entries = entriesOf(lockfile);
  const model = entries.find(({ path }) => path === like);
  if (model === undefined || entries.some(({ path }) => path === folder)) return lockfile;
  const before = entries.filter(({ path }) => path < folder).at(-1);
  const index = before === undefined ? (entries[0]?.index ?? 0) : before.index + before.text.length;
  return `${lockfile.slice(0, index)}${model.text.replace(like, () => folder)}${lockfile.slice(index)}`;
}

export function withoutImporter(lockfile: string, folder: string): string {
  const entry = entriesOf(lockfile).find(({ path }) => path === folder);
  return entry === undefined ? lockfile : lockfile.replace(entry.text, '');
}

/** What is locked for each folder of the workspace. */
function entriesOf(lockfile: string) {
  const [importers = ''] = /^importers:\n[^]*?(?=^packages:\n)/m.exec(lockfile) ?? [];
  const start = lockfile.indexOf(importers);
  return [...importers.matchAll(/^ {2}(\S.*?):(?: \{\})?\n(?: {4}.*\n)*\n/gm)].map((entry) => ({
    path: entry[1] ?? '',
    text: entry[0],
    index: start + entry.index,
  }));
}

function edit(root: string, change: (lockfile: string) => string): void {
  const file = join(root, 'pnpm-lock.yaml');
  if (existsSync(file)) writeFileSync(file, change(readFileSync(file, 'utf8')));
}

function dependenciesOf(root: string, slice: string): readonly unknown[] {
  const manifest = readFileSync(join(root, folderOf(slice), 'package.json'), 'utf8');
  const { dependencies, devDependencies } = JSON.parse(manifest) as Manifest;
  return [dependencies, devDependencies];
}
