import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, parseDocument, type Document, type Pair, type YAMLMap } from 'yaml';
import { withLf, withLineEndsOf } from './line-ends.js';
import { folderOf } from './slice.js';
import { slicesOf } from './workspace.js';

interface Manifest {
  readonly dependencies?: unknown;
  readonly devDependencies?: unknown;
}

/** As pnpm writes it. */
const style = { lineWidth: 0, flowCollectionPadding: false, singleQuote: true } as const;

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
  return changed(lockfile, ({ items }, document) => {
    const model = items.find((importer) => pathOf(importer) === like);
    if (model === undefined || items.some((importer) => pathOf(importer) === folder)) return;
    const copy = model.clone(document.schema);
    if (!isScalar(copy.key)) return;
    copy.key.value = folder;
    const next = items.findIndex((importer) => pathOf(importer) > folder);
    items.splice(next === -1 ? items.length : next, 0, copy);
  });
}

export function withoutImporter(lockfile: string, folder: string): string {
  return changed(lockfile, (importers) => {
    importers.items = importers.items.filter((importer) => pathOf(importer) !== folder);
  });
}

type Importers = YAMLMap;
type Importer = Pair;

/**
 * Changes what is locked for each folder of the workspace. A lockfile that would be written otherwise than it is, as one of
 * another version of pnpm may be, is left to pnpm.
 */
function changed(lockfile: string, change: (importers: Importers, document: Document) => void): string {
  const text = withLf(lockfile);
  const document = parseDocument(text);
  const importers = document.get('importers');
  if (document.errors.length > 0 || !isMap(importers) || document.toString(style) !== text) return lockfile;
  change(importers, document);
  return withLineEndsOf(lockfile, document.toString(style));
}

function pathOf({ key }: Importer): string {
  return isScalar(key) ? String(key.value) : '';
}

function edit(root: string, change: (lockfile: string) => string): void {
  const file = join(root, 'pnpm-lock.yaml');
  if (!existsSync(file)) return;
  const before = readFileSync(file, 'utf8');
  const after = change(before);
  if (after !== before) writeFileSync(file, after);
}

function dependenciesOf(root: string, slice: string): readonly unknown[] {
  const manifest = readFileSync(join(root, folderOf(slice), 'package.json'), 'utf8');
  const { dependencies, devDependencies } = JSON.parse(manifest) as Manifest;
  return [dependencies, devDependencies];
}
