import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { contractName } from './contracts.js';
import { withCode } from './edits.js';
import { edit, imported, listed, type FileEdit } from './file-edits.js';
import { withLf } from './line-ends.js';
import { Refusal } from './refusal.js';
import { formatted, useCaseContract } from './template.js';
import { spell } from './words.js';
import { contractOf } from './workspace.js';

export interface AppEdit {
  readonly slice: string;
  readonly name: string;
  /** The slice whose event is heard, for a listener. */
  readonly heardFrom: string | undefined;
}

/** Lists a use case in its slice's table of contents. */
export async function editApp(root: string, { slice, name, heardFrom }: AppEdit): Promise<FileEdit> {
  const { camel } = spell(name);
  const path = `services/${slice}/src/app.ts`;
  if (heardFrom === undefined) {
    return edit(root, path, [
      imported(camel, `./${name}/handler.js`),
      imported(`${camel}Route`, `./${name}/route.js`),
      listed('.register(', camel, ')'),
      listed('routes: [', `${camel}Route`, ']'),
    ]);
  }
  const contract = contractName(root, heardFrom);
  return edit(root, path, [
    imported(contract, `@anywise/contracts/${heardFrom}`),
    imported(camel, `./${name}/listener.js`),
    listed('contracts: [', contract, ']'),
    listed('.register(', camel, ')'),
  ]);
}

export interface ContractEdit {
  readonly slice: string;
  readonly name: string;
  readonly kind: 'command' | 'query';
  /** Replaces the names in the sample's text by those of the use case. */
  readonly fill: (text: string) => string;
}

/** Declares a message in its slice's contract, and pins its wire name in the contract's test. */
export async function editContract(
  root: string,
  { slice, name, kind, fill }: ContractEdit,
): Promise<readonly FileEdit[]> {
  const path = contractOf(slice);
  const source = withLf(readFileSync(join(root, path), 'utf8'));
  const { pascal } = spell(name);
  const { text: declaration } = await formatted(root, { path, text: fill(sampleOf(kind, baseIn(source))) });
  if (new RegExp(`\\bclass ${pascal}\\b`).test(source) && !source.includes(declaration)) {
    throw new Refusal(
      `\`${path}\` already has a \`${pascal}\`, which is not as it would be generated. Nothing was written.`,
    );
  }
  const before = `export const ${contractName(root, slice)} = contract(`;
  const contract = edit(root, path, [
    imported(kind, 'anywise'),
    { line: declaration.trimEnd(), apply: (text) => withCode(text, declaration, before) },
    listed(`contract('${slice}', {`, pascal, '})'),
  ]);
  const test = path.replace(/\.ts$/, '.test.ts');
  const pinned = existsSync(join(root, test))
    ? [edit(root, test, [listed('.toEqual([', `'${kind} ${slice}.${name} v1'`, '])')])]
    : [];
  return Promise.all([contract, ...pinned]);
}

/** The group that all commands of a contract belong to, so that guards on it cover the new one. */
function baseIn(source: string): string | undefined {
  return /^export abstract class (\w+) extends Command\b/m.exec(source)?.[1];
}

/** The sample's message of this kind. */
function sampleOf(kind: ContractEdit['kind'], base: string | undefined): string {
  const declaration = new RegExp(`^export class \\w+ extends ${kind}\\([^]*?^}\\) {}\n`, 'm');
  const sample = declaration.exec(useCaseContract().text)?.[0] ?? '';
  return sample.replace(/^ {2}base: .*\n/m, base === undefined ? '' : `  base: ${base},\n`);
}
