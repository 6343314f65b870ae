import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contractName } from './contracts.js';
import { withCode } from './edits.js';
import { edit, imported, listed, type FileEdit } from './file-edits.js';
import { withLf } from './line-ends.js';
import { Refusal } from './refusal.js';
import type { Declaration, Listing } from './samples.js';
import { scopeOf } from './scope.js';
import { formatted } from './template.js';
import { contractOf } from './workspace.js';

export interface AppEdit {
  readonly slice: string;
  readonly listings: readonly Listing[];
  /** The slice whose event is heard, for a listener. */
  readonly heardFrom: string | undefined;
}

/** Lists a use case in its slice's table of contents. */
export async function editApp(root: string, { slice, listings, heardFrom }: AppEdit): Promise<FileEdit> {
  const those = (isRoute: boolean) =>
    listings.filter((listing) => listing.isRoute === isRoute).map(({ identifier }) => identifier);
  const routes = those(true);
  const contract = heardFrom === undefined ? undefined : contractName(root, heardFrom);
  return edit(root, `services/${slice}/src/app.ts`, [
    ...(contract === undefined ? [] : [imported(contract, `${scopeOf(root)}/contracts/${heardFrom}`)]),
    ...listings.map(({ identifier, from }) => imported(identifier, from)),
    ...(contract === undefined ? [] : [listed('contracts: [', contract, ']')]),
    listed('.register(', those(false), ')'),
    ...(routes.length === 0 ? [] : [listed('routes: [', routes, ']')]),
  ]);
}

export interface ContractEdit {
  readonly slice: string;
  readonly declarations: readonly Declaration[];
  /** Replaces the names in the sample's text by those of the use case. */
  readonly fill: (text: string) => string;
}

/** Declares what a use case needs in its slice's contract, and pins the wire names in the contract's test. */
export async function editContract(
  root: string,
  { slice, declarations, fill }: ContractEdit,
): Promise<readonly FileEdit[]> {
  const path = contractOf(slice);
  const source = withLf(readFileSync(join(root, path), 'utf8'));
  const filled = await Promise.all(
    declarations.map(async ({ name, text, message }) => ({
      name: fill(name),
      text: (await formatted(root, { path, text: fill(inGroup(text, baseIn(source))) })).text,
      message: message && { ...message, type: fill(message.type) },
    })),
  );
  const changed = filled.find(
    ({ name, text }) => new RegExp(`\\b(class|const) ${name}\\b`).test(source) && !source.includes(text),
  );
  if (changed !== undefined) {
    throw new Refusal(
      `\`${path}\` already has a \`${changed.name}\`, which is not as it would be generated. Nothing was written.`,
    );
  }
  const before = `export const ${contractName(root, slice)} = contract(`;
  const messages = filled.flatMap(({ name, message }) => (message === undefined ? [] : [{ name, ...message }]));
  const contract = edit(root, path, [
    ...[...new Set(messages.map(({ kind }) => kind))].map((kind) => imported(kind, 'anywise')),
    ...filled.map(({ text }) => ({ line: text.trimEnd(), apply: (all: string) => withCode(all, text, before) })),
    listed(
      `contract('${slice}', {`,
      messages.map(({ name }) => name),
      '})',
    ),
  ]);
  const test = path.replace(/\.ts$/, '.test.ts');
  const pins = messages.map(({ kind, type }) => `'${kind} ${type} v1'`);
  const pinned = existsSync(join(root, test)) ? [edit(root, test, [listed('.toEqual([', pins, '])')])] : [];
  return Promise.all([contract, ...pinned]);
}

/** The group that all commands of a contract belong to, so that guards on it cover the new one. */
function baseIn(source: string): string | undefined {
  return /^export abstract class (\w+) extends Command\b/m.exec(source)?.[1];
}

/** A declaration of the sample in this group, or in none. */
function inGroup(text: string, base: string | undefined): string {
  return text.replace(/^ {2}base: .*\n/m, base === undefined ? '' : `  base: ${base},\n`);
}
