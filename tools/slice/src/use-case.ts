import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { findEvent, type DeclaredEvent } from './contracts.js';
import { withCode, withImport, withListed, type Edited } from './edits.js';
import { compare, type Comparison } from './files.js';
import { checkUseCaseName } from './names.js';
import { Refusal } from './refusal.js';
import {
  formatted,
  sampleHost,
  sampleUseCases,
  templateIdentifiers,
  useCaseContract,
  useCaseTemplate,
  type File,
} from './template.js';
import { rename, spell } from './words.js';
import { contractOf, filesIn, slicesOf } from './workspace.js';

/** What is asked for. */
export type UseCase =
  | { readonly slice: string; readonly name: string; readonly kind: 'command' | 'query' }
  | { readonly slice: string; readonly name: string; readonly kind: 'on'; readonly event: string };

/** A use case as the generator makes it, beside what is on disk. Nothing is written yet. */
export interface UseCasePlan extends Comparison {
  readonly folder: string;
  readonly edits: readonly FileEdit[];
}

/** What a file that is there gets as well. */
export interface FileEdit {
  readonly path: string;
  /** The whole file with it, or `undefined` where somebody has to add it by hand. */
  readonly text: string | undefined;
  /** What is added, for people. Empty where the file has it all. */
  readonly lines: readonly string[];
}

/** @throws Refusal where it cannot be made. */
export async function planUseCase(root: string, useCase: UseCase): Promise<UseCasePlan> {
  check(root, useCase);
  const { slice, name, kind } = useCase;
  const event = kind === 'on' ? findEvent(root, useCase.event) : undefined;
  const folder = `services/${slice}/src/${name}`;
  if (event !== undefined) checkUnheard(root, slice, folder, event);

  const fill = (text: string) => fillUseCase(text, useCase, event);
  const files = await Promise.all(
    useCaseTemplate(kind).map(({ path, text }) =>
      formatted(root, { path: `${folder}/${basename(path)}`, text: fill(text) }),
    ),
  );
  const compared = compare(root, files);
  if (compared.changed.length > 0) {
    const changed = compared.changed.map(({ path }) => `  ${path}`);
    throw new Refusal(
      [`\`${folder}\` is there already, and not as it would be generated:`, ...changed, 'Nothing was written.'].join(
        '\n',
      ),
    );
  }
  const edits = [editApp(root, useCase, event), ...(kind === 'on' ? [] : editContract(root, useCase, fill))];
  return { ...compared, folder, edits: await Promise.all(edits.map((edit) => finish(root, edit))) };
}

function check(root: string, { slice, name, kind, ...rest }: UseCase): void {
  const slices = slicesOf(root);
  if (!slices.includes(slice)) {
    throw new Refusal(`There is no slice \`${slice}\`. There are: ${slices.map((each) => `\`${each}\``).join(', ')}.`);
  }
  const wrong = checkUseCaseName(name, templateIdentifiers());
  if (wrong !== undefined) throw new Refusal(wrong);

  const suggestion = suggestKind(name, kind, 'event' in rest ? rest.event : '');
  if (suggestion !== undefined) throw new Refusal(suggestion);
}

/** A listener is called `on-…`, a query `get-…`, `find-…` or `list-…`, and a command neither. */
function suggestKind(name: string, kind: UseCase['kind'], event: string): string | undefined {
  const [verb = ''] = name.split('-');
  const isQuestion = ['get', 'find', 'list'].includes(verb);
  switch (kind) {
    case 'on':
      return verb === 'on' ? undefined : `A listener is called \`on-…\`. Take, say, \`on-${event.replace(/^.*\./, '')}\`.`;
    case 'query':
      return isQuestion ? undefined : `A query begins with get, find or list. Take, say, \`find-${name}\`.`;
    case 'command':
      if (isQuestion) return `\`${name}\` sounds like a query. Use \`--query\`, or a name that says what is done.`;
      return verb === 'on' ? `\`${name}\` sounds like a listener. Use \`--on <event>\`.` : undefined;
  }
}

/** The inbox knows listeners by slice and event, so a second one needs a name that somebody has to think of. */
function checkUnheard(root: string, slice: string, folder: string, { type, className }: DeclaredEvent): void {
  const listener = filesIn(root, `services/${slice}/src`).find(
    (path) =>
      dirname(path) !== folder &&
      !path.endsWith('.test.ts') &&
      new RegExp(`\\bon\\(${className}\\)`).test(readFileSync(join(root, path), 'utf8')),
  );
  if (listener === undefined) return;
  throw new Refusal(`\`${slice}\` listens to \`${type}\` already, in \`${listener}\`. Add to that listener.`);
}

function fillUseCase(text: string, { slice, name, kind }: UseCase, event: DeclaredEvent | undefined): string {
  const ofEvent =
    event === undefined
      ? text
      : text
          .replace(/\bSampleEvent\b/g, event.className)
          .replace(`@anywise/contracts/${sampleHost}`, `@anywise/contracts/${event.slice}`);
  return rename(
    ofEvent,
    new Map([
      [sampleHost, slice],
      [sampleUseCases[kind], name],
    ]),
  );
}

interface PendingEdit {
  readonly path: string;
  readonly source: string;
  readonly steps: readonly { readonly line: string; readonly apply: (source: string) => Edited }[];
}

function editApp(root: string, { slice, name, kind }: UseCase, event: DeclaredEvent | undefined): PendingEdit {
  const { camel } = spell(name);
  const path = `services/${slice}/src/app.ts`;
  const imported = (what: string, from: string) => ({
    line: `import { ${what} } from '${from}';`,
    apply: (source: string) => withImport(source, what, from),
  });
  const listed = (opening: string, item: string, closing: string) => ({
    line: `${opening}…, ${item}${closing}`,
    apply: (source: string) => withListed(source, opening, item, closing),
  });
  const registered = listed('.register(', camel, ')');
  if (event !== undefined) {
    const contract = spell(event.slice).camel;
    const steps = [
      imported(contract, `@anywise/contracts/${event.slice}`),
      imported(camel, `./${name}/listener.js`),
      listed('contracts: [', contract, ']'),
      registered,
    ];
    return { path, source: read(root, path), steps };
  }
  const steps = [
    imported(camel, `./${name}/handler.js`),
    imported(`${camel}Route`, `./${name}/route.js`),
    registered,
    listed('routes: [', `${camel}Route`, ']'),
  ];
  return { path, source: read(root, path), steps };
}

function editContract(root: string, { slice, name, kind }: UseCase, fill: (text: string) => string): PendingEdit[] {
  const path = contractOf(slice);
  const source = read(root, path);
  const { pascal } = spell(name);
  const [base] = /(?<=^export abstract class )\w+(?= extends Command)/m.exec(source) ?? [];
  const declaration = declarationOf(kind, base, fill);
  if (new RegExp(`\\bclass ${pascal}\\b`).test(source) && !source.includes(declaration)) {
    throw new Refusal(`\`${path}\` has a \`${pascal}\` already, and it is not as it would be generated.`);
  }
  const variable = spell(slice).camel;
  const opening = `contract('${slice}', {`;
  const steps = [
    { line: `import { ${kind} } from 'anywise';`, apply: (text: string) => withImport(text, kind, 'anywise') },
    { line: declaration, apply: (text: string) => withCode(text, declaration, `export const ${variable} = contract(`) },
    { line: `${opening} …, ${pascal} }`, apply: (text: string) => withListed(text, opening, pascal, '}') },
  ];
  const test = path.replace(/\.ts$/, '.test.ts');
  const wireName = `'${kind} ${slice}.${name} v1'`;
  const pin = { line: wireName, apply: (text: string) => withListed(text, '.toEqual([', wireName, '])') };
  return [{ path, source, steps }, ...(existsSync(join(root, test)) ? [{ path: test, source: read(root, test), steps: [pin] }] : [])];
}

/** The message class of the sample, for this use case. */
function declarationOf(kind: UseCase['kind'], base: string | undefined, fill: (text: string) => string): string {
  const { text } = useCaseContract();
  const sample = new RegExp(`^export class \\w+ extends ${kind}\\([^]*?^}\\) {}\n`, 'm').exec(text)?.[0] ?? '';
  const sampleBase = /^ {2}base: .*\n/m;
  return fill(sample.replace(sampleBase, base === undefined ? '' : `  base: ${base},\n`));
}

async function finish(root: string, { path, source, steps }: PendingEdit): Promise<FileEdit> {
  let text: Edited = source;
  const lines: string[] = [];
  for (const { line, apply } of steps) {
    const next: Edited = text === undefined ? undefined : apply(text);
    if (next !== source && next !== text) lines.push(line);
    text = next;
  }
  if (text === undefined) return { path, text, lines: steps.map(({ line }) => line) };
  return { path, text: (await formatted(root, { path, text })).text, lines };
}

function read(root: string, path: string): string {
  const file = join(root, path);
  if (!existsSync(file)) throw new Refusal(`\`${path}\` is missing.`);
  return readFileSync(file, 'utf8');
}
