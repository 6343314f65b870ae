import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, parseDocument, type Document, type Pair, type YAMLMap } from 'yaml';
import { withLf, withLineEndsOf } from './line-ends.js';
import { folderOf } from './slice.js';
import { packageOf } from './scope.js';
import { all, slicesOf } from './workspace.js';

interface Manifest {
  readonly dependencies?: unknown;
  readonly devDependencies?: unknown;
}

/** As pnpm writes it. */
const style = { lineWidth: 0, flowCollectionPadding: false, singleQuote: true } as const;

/**
 * Locks a new slice to what another slice with the same dependencies is locked to, and to the process that runs all. pnpm
 * would find the same, but not without asking the registry.
 */
export function lock(root: string, name: string): void {
  const needed = dependenciesOf(root, name);
  const other = slicesOf(root).find(
    (slice) => slice !== name && isDeepStrictEqual(dependenciesOf(root, slice), needed),
  );
  if (other === undefined) return;
  edit(root, (lockfile) =>
    withLink(withImporter(lockfile, folderOf(name), folderOf(other)), all, packageOf(root, name)),
  );
}

/** Takes a slice that is gone out of the lockfile. */
export function unlock(root: string, name: string): void {
  edit(root, (lockfile) => withoutLink(withoutImporter(lockfile, folderOf(name)), all, packageOf(root, name)));
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

/** The lockfile with the package of a slice among the dependencies of a folder beside it. */
export function withLink(lockfile: string, folder: string, name: string): string {
  return changed(lockfile, (importers, document) => {
    const dependencies = dependenciesIn(importers, folder);
    if (dependencies === undefined || dependencies.has(name)) return;
    const { items } = dependencies;
    const next = items.findIndex((dependency) => pathOf(dependency) > name);
    const link = document.createPair(name, { specifier: 'workspace:*', version: `link:../${basename(name)}` });
    items.splice(next === -1 ? items.length : next, 0, link);
  });
}

export function withoutLink(lockfile: string, folder: string, name: string): string {
  return changed(lockfile, (importers) => dependenciesIn(importers, folder)?.delete(name));
}

function dependenciesIn(importers: Importers, folder: string): YAMLMap | undefined {
  const found = importers.getIn([folder, 'dependencies']);
  return isMap(found) ? found : undefined;
}

type Importers = YAMLMap;
type Importer = Pair;

/**
 * Changes what is locked for each folder of the workspace. A lockfile that would be written otherwise than it is, as one of
 * another version of pnpm may be, is left to pnpm.
 */
function changed(lockfile: string, change: (importers: Importers, document: Document) => unknown): string {
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
