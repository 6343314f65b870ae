import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { clashIn, identifiersIn } from './clashes.js';
import { findEvent, type DeclaredEvent } from './contracts.js';
import { compare, type Comparison } from './files.js';
import { checkUseCaseName } from './names.js';
import { Refusal } from './refusal.js';
import { withLf } from './line-ends.js';
import { formatted, sampleHost, sampleUseCases, useCaseTemplate } from './template.js';
import type { FileEdit } from './file-edits.js';
import { editApp, editContract } from './use-case-edits.js';
import { rename, spell } from './words.js';
import { contractOf, filesIn, slicesOf } from './workspace.js';

/** The request. `event` is the wire name of a listener's event. */
export type UseCase = { readonly slice: string; readonly name: string } & (
  { readonly kind: 'command' | 'query' } | { readonly kind: 'on'; readonly event: string }
);

/** A use case as the generator would write it, compared with the disk. Nothing is written yet. */
export interface UseCasePlan extends Comparison {
  readonly edits: readonly FileEdit[];
}

/** @throws Refusal if it cannot be made. */
export async function planUseCase(root: string, useCase: UseCase): Promise<UseCasePlan> {
  checkNames(root, useCase);
  const { slice, name, kind } = useCase;
  const folder = `services/${slice}/src/${name}`;
  const event = kind === 'on' ? findEvent(root, useCase.event) : undefined;
  if (event !== undefined) checkUnheard(root, slice, folder, event);

  const fill = (text: string) => fillIn(text, useCase, event);
  const files = await Promise.all(
    useCaseTemplate(kind).map(({ path, text }) =>
      formatted(root, { path: `${folder}/${basename(path)}`, text: fill(text) }),
    ),
  );
  const comparison = compare(root, files);
  if (comparison.changed.length > 0) {
    const changed = comparison.changed.map(({ path }) => `  ${path}`);
    throw new Refusal(
      [`\`${name}\` exists already, but not as it would be generated:`, ...changed, 'Nothing was written.'].join('\n'),
    );
  }
  const app = await editApp(root, { slice, name, heardFrom: event?.slice });
  const contract = kind === 'on' ? [] : await editContract(root, { slice, name, kind, fill });
  return { ...comparison, edits: [app, ...contract].filter(({ lines }) => lines.length > 0) };
}

function checkNames(root: string, useCase: UseCase): void {
  const slices = slicesOf(root);
  if (!slices.includes(useCase.slice)) {
    const known = slices.map((slice) => `\`${slice}\``).join(', ');
    throw new Refusal(`There is no slice \`${useCase.slice}\`. The slices are ${known}.`);
  }
  const wrong = checkUseCaseName(useCase.name, (name) => clashOf(root, { ...useCase, name })) ?? checkKind(useCase);
  if (wrong !== undefined) throw new Refusal(wrong);
}

/** Names in the slice, or in the generated code, that the use case would use again. */
function clashOf(root: string, { slice, name, kind }: UseCase): string | undefined {
  const names = new Map([
    [sampleHost, slice],
    [sampleUseCases[kind], name],
  ]);
  const { camel, pascal } = spell(name);
  // What an earlier run wrote there is the use case itself.
  const isOwn = (line: string) => line.includes(`'./${name}/`) || line.includes(`class ${pascal} `);
  const has = (path: string, identifier: string) => {
    const lines = existsSync(join(root, path)) ? withLf(readFileSync(join(root, path), 'utf8')).split('\n') : [];
    const isListed = lines.some((line) => isOwn(line));
    return !isListed && identifiersIn(lines.join('\n')).includes(identifier);
  };
  return (
    clashIn(useCaseTemplate(kind), names) ??
    [camel, `${camel}Route`].find((identifier) => has(`services/${slice}/src/app.ts`, identifier)) ??
    (kind !== 'on' && has(contractOf(slice), pascal) ? pascal : undefined)
  );
}

/** A listener is called `on-…`, a query `get-…`, `find-…` or `list-…`, and a command neither. */
function checkKind({ name, ...rest }: UseCase): string | undefined {
  const [verb = ''] = name.split('-');
  const asks = ['get', 'find', 'list'].includes(verb);
  switch (rest.kind) {
    case 'on':
      if (verb === 'on') return undefined;
      return `The name of a listener begins with \`on-\`. Try \`on-${rest.event.replace(/^.*\./, '')}\`.`;
    case 'query':
      return asks ? undefined : `The name of a query begins with get, find or list. Try \`find-${name}\`.`;
    case 'command':
      if (asks) return `\`${name}\` sounds like a query. Use \`--query\`, or say what it does.`;
      return verb === 'on' ? `\`${name}\` sounds like a listener. Use \`--on <event>\`.` : undefined;
  }
}

/** The inbox knows listeners by slice and event, so a second one would need a name of its own. */
function checkUnheard(root: string, slice: string, folder: string, { type, className }: DeclaredEvent): void {
  const listening = new RegExp(`\\bon\\(${className}\\)`);
  const listener = filesIn(root, `services/${slice}/src`)
    .filter((path) => dirname(path) !== folder && !path.endsWith('.test.ts'))
    .find((path) => listening.test(readFileSync(join(root, path), 'utf8')));
  if (listener === undefined) return;
  throw new Refusal(`\`${slice}\` already listens to \`${type}\`: add to \`${listener}\`.`);
}

function fillIn(text: string, { slice, name, kind }: UseCase, event: DeclaredEvent | undefined): string {
  const names = new Map([
    [sampleHost, slice],
    [sampleUseCases[kind], name],
  ]);
  if (event === undefined) return rename(text, names);
  const heard = text
    .replace(/\bSampleEvent\b/g, event.className)
    .replace(`@anywise/contracts/${sampleHost}`, `@anywise/contracts/${event.slice}`);
  return rename(heard, names);
}
