import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clashInSlice } from './clashes.js';
import { findEvent } from './contracts.js';
import type { FileEdit } from './file-edits.js';
import { compare, type Comparison } from './files.js';
import { checkSliceName } from './names.js';
import { Refusal } from './refusal.js';
import { inScope, scopeOf } from './scope.js';
import { reservedInSql } from './sql-words.js';
import { formatted, sampleEntity, sampleSlice, sliceTemplate, type File } from './template.js';
import { editTogether } from './together.js';
import { contracts, filesIn, portOf, takenNames } from './workspace.js';
import { rename, singularOf, spell } from './words.js';

/** A slice as the generator would write it, compared with the disk. Nothing is written yet. */
export interface SlicePlan extends Comparison {
  readonly name: string;
  readonly port: number;
  readonly files: readonly File[];
  /** What puts it into the process that runs all slices, or takes it out. */
  readonly edits: readonly FileEdit[];
  /** Why a slice that the generator did not make cannot have the same name. */
  readonly taken: string | undefined;
}

/** The event that every new slice listens to. */
const heard = 'orders.order-placed';

/** @throws Refusal if the name cannot be used, or if no slice of that name can be removed. */
export async function planSlice(root: string, name: string, purpose: 'add' | 'remove' = 'add'): Promise<SlicePlan> {
  const takenBy = takenNames(root);
  const taken = checkSliceName(name, { taken: takenBy, clash: clashInSlice });
  // An existing folder may have been generated before, which its files show, unless the name could never have been used.
  const isThere = isPresent(root, name);
  const free = new Map([...takenBy].filter(([each]) => each !== name || !isThere));
  const wrong = checkSliceName(name, { taken: free, clash: clashInSlice });
  if (wrong !== undefined) throw new Refusal(purpose === 'add' ? (taken ?? wrong) : whyNotRemoved(name, isThere));

  if (purpose === 'add') findEvent(root, heard);
  const port = portOf(root, name);
  const files = await Promise.all(sliceTemplate().map((file) => formatted(root, fill(root, file, { name, port }))));
  const edits = await editTogether(root, name, purpose);
  return { name, port, files, edits, taken, ...compare(root, files) };
}

/** The files to write for a new slice: none if it exists, unchanged since it was generated. @throws Refusal */
export function filesToAdd(root: string, { missing, same, changed, taken }: SlicePlan): readonly File[] {
  if (taken === undefined || (changed.length === 0 && same.length > 0)) return missing;
  if (changed.length === 0) throw new Refusal(taken);
  const found = changed.map(({ path }) => `  ${path}`);
  throw new Refusal([taken, 'These are not as they would be generated:', ...found, 'Nothing was written.'].join('\n'));
}

/** Checks that a slice is unchanged since it was generated, and is not in use. @throws Refusal */
export function checkRemoval(root: string, { name, files, edits, missing, changed }: SlicePlan): void {
  const planned = new Set(files.map(({ path }) => path));
  const added = filesIn(root, folderOf(name)).filter((path) => !planned.has(path));
  if (missing.length === files.length && added.length === 0) throw new Refusal(whyNotRemoved(name, false));

  const reasons = [
    ...changed.map(({ path }) => `  changed  ${path}`),
    ...missing.map(({ path }) => `  missing  ${path}`),
    ...added.map((path) => `  added    ${path}`),
    ...usersOf(root, name, planned, edits).map((path) => `  uses it  ${path}`),
  ];
  if (reasons.length === 0) return;
  throw new Refusal(
    [
      `\`${name}\` is not as it was generated, or is in use:`,
      ...reasons,
      'Nothing was removed. Undo these changes first, or remove it yourself.',
    ].join('\n'),
  );
}

function whyNotRemoved(name: string, isThere: boolean): string {
  if (!isThere) return `There is no slice \`${name}\`.`;
  return `\`${name}\` was not generated, so nothing was removed. Remove it yourself.`;
}

export function folderOf(slice: string): string {
  return `services/${slice}`;
}

function fill(
  root: string,
  { path, text }: File,
  { name, port }: { readonly name: string; readonly port: number },
): File {
  const entity = singularOf(name);
  const names = new Map([
    [sampleSlice, name],
    [sampleEntity, entity],
  ]);
  const table = new RegExp(`\\b${spell(sampleEntity).snake}\\b`, 'g');
  const filled = rename(text.replace(table, tableOf(entity)), names);
  const ported = filled.replace('"port": 0', `"port": ${port}`);
  return { path: rename(path, names), text: inScope(root, ported) };
}

/** Some words, such as `group` and `user`, cannot name a table. */
export function tableOf(entity: string): string {
  const { snake } = spell(entity);
  return reservedInSql.has(snake) ? `${snake}_row` : snake;
}

/** Code and manifests that name the slice or its contract after these edits, except the slice's own. */
function usersOf(root: string, name: string, own: ReadonlySet<string>, edits: readonly FileEdit[]): readonly string[] {
  const edited = new Map(edits.map(({ path, text }) => [path, text]));
  const byPackage = new RegExp(`['"]${scopeOf(root)}/(contracts/)?${name}['"/]`);
  const besideIt = new RegExp(`['"]\\./${name}\\.js['"]`);
  return ['services', 'packages', 'e2e']
    .flatMap((folder) => filesIn(root, folder))
    .filter((path) => /\.(json|[cm]?[jt]sx?)$/.test(path) && !own.has(path) && !path.startsWith(`${folderOf(name)}/`))
    .filter((path) => {
      const text = edited.get(path) ?? readFileSync(join(root, path), 'utf8');
      return byPackage.test(text) || (path.startsWith(contracts) && besideIt.test(text));
    });
}

function isPresent(root: string, name: string): boolean {
  return /^[a-z\d-]+$/.test(name) && filesIn(root, folderOf(name)).length > 0;
}
