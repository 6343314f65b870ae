import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findEvent } from './contracts.js';
import { compare, type Comparison } from './files.js';
import { checkSliceName } from './names.js';
import { Refusal } from './refusal.js';
import { formatted, sampleEntity, sampleSlice, sliceTemplate, templateIdentifiers, type File } from './template.js';
import { contracts, filesIn, portOf, takenNames } from './workspace.js';
import { rename, singularOf, spell } from './words.js';

/** A slice as the generator makes it, beside what is on disk. Nothing is written yet. */
export interface SlicePlan extends Comparison {
  readonly name: string;
  readonly port: number;
  readonly files: readonly File[];
  /** Why a slice that has nothing to do with the generator cannot be called the same. */
  readonly taken: string | undefined;
}

/** The event that every new slice listens to. */
const heard = 'orders.order-placed';

/** @throws Refusal where the name cannot be used. */
export async function planSlice(root: string, name: string): Promise<SlicePlan> {
  const identifiers = templateIdentifiers();
  const takenBy = takenNames(root);
  const taken = checkSliceName(name, { taken: takenBy, identifiers });
  // What has a folder may have been generated before: its files tell.
  const free = new Map([...takenBy].filter(([each]) => each !== name || !isPresent(root, name)));
  const wrong = checkSliceName(name, { taken: free, identifiers });
  if (wrong !== undefined) throw new Refusal(wrong);

  findEvent(root, heard);
  const port = portOf(root, name);
  const files = await Promise.all(sliceTemplate().map((file) => formatted(root, fill(file, name, port))));
  return { name, port, files, taken, ...compare(root, files) };
}

/** The files to write for a new slice: none where it is there already, as it was generated. @throws Refusal */
export function filesToAdd(root: string, { missing, same, changed, taken }: SlicePlan): readonly File[] {
  if (taken === undefined || (changed.length === 0 && same.length > 0)) return missing;
  if (changed.length === 0) throw new Refusal(taken);
  const found = changed.map(({ path }) => `  ${path}`);
  throw new Refusal([taken, 'These are not as they would be generated:', ...found, 'Nothing was written.'].join('\n'));
}

/** Makes sure that a slice is as it was generated, and that nobody uses it. @throws Refusal */
export function checkRemoval(root: string, { name, files, missing, changed }: SlicePlan): void {
  const planned = new Set(files.map(({ path }) => path));
  const added = filesIn(root, folderOf(name)).filter((path) => !planned.has(path));
  if (missing.length === files.length && added.length === 0) throw new Refusal(`There is no slice \`${name}\`.`);

  const reasons = [
    ...changed.map(({ path }) => `  changed  ${path}`),
    ...missing.map(({ path }) => `  missing  ${path}`),
    ...added.map((path) => `  added    ${path}`),
    ...usersOf(root, name, planned).map((path) => `  uses it  ${path}`),
  ];
  if (reasons.length === 0) return;
  throw new Refusal(
    [
      `\`${name}\` is not as it was generated, or is in use:`,
      ...reasons,
      'Nothing was removed. Undo these first, or remove it yourself.',
    ].join('\n'),
  );
}

export function folderOf(slice: string): string {
  return `services/${slice}`;
}

function fill({ path, text }: File, name: string, port: number): File {
  const entity = singularOf(name);
  const names = new Map([
    [sampleSlice, name],
    [sampleEntity, entity],
  ]);
  const table = new RegExp(`\\b${spell(sampleEntity).snake}\\b`, 'g');
  const filled = rename(text.replace(table, tableOf(entity)), names);
  return { path: rename(path, names), text: filled.replace('"port": 0', `"port": ${port}`) };
}

/** Some words cannot name a table, such as `group` and `user`. */
function tableOf(entity: string): string {
  const { snake } = spell(entity);
  return reservedInSql.has(snake) ? `${snake}_row` : snake;
}

const reservedInSql = new Set(
  (
    'all alter analyse analyze and any array as asc authorization begin between binary both by case cast check collate ' +
    'column commit concurrently constraint create cross default deferrable delete desc distinct do drop else end escape ' +
    'except exists false fetch filter for foreign freeze from full glob grant group having if in index indexed initially ' +
    'inner insert intersect into is isnull join key lateral leading left like limit match natural no not nothing notnull ' +
    'null of offset on only or order outer over partition placing plan pragma primary query raise range recursive ' +
    'references regexp reindex rename replace restrict returning right rollback row select session set similar some ' +
    'symmetric table temp temporary then ties to trailing transaction trigger true unbounded union unique update user ' +
    'using vacuum value values variadic verbose view virtual when where window with without'
  ).split(' '),
);

/** Code and manifests that name the slice or its contract, but the slice's own. */
function usersOf(root: string, name: string, own: ReadonlySet<string>): readonly string[] {
  const byPackage = new RegExp(`['"]@anywise/(contracts/)?${name}['"/]`);
  const besideIt = new RegExp(`['"]\\./${name}\\.js['"]`);
  return ['services', 'packages', 'e2e']
    .flatMap((folder) => filesIn(root, folder))
    .filter((path) => /\.(json|[cm]?[jt]sx?)$/.test(path) && !own.has(path) && !path.startsWith(`${folderOf(name)}/`))
    .filter((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return byPackage.test(text) || (path.startsWith(contracts) && besideIt.test(text));
    });
}

function isPresent(root: string, name: string): boolean {
  return /^[a-z\d-]+$/.test(name) && filesIn(root, folderOf(name)).length > 0;
}
