import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clashIn, identifiersIn } from './clashes.js';
import { findEvent, type DeclaredEvent } from './contracts.js';
import { compare, type Comparison } from './files.js';
import { checkUseCaseName } from './names.js';
import { projectionOf } from './projection.js';
import { Refusal } from './refusal.js';
import { withLf } from './line-ends.js';
import { declarationsOf, listingsOf, namesOf } from './samples.js';
import { inScope } from './scope.js';
import { formatted, sampleHost, sampleSource, useCaseTemplate, type UseCaseKind } from './template.js';
import type { FileEdit } from './file-edits.js';
import { editApp, editContract } from './use-case-edits.js';
import { rename, singularOf } from './words.js';
import { contractOf, filesIn, slicesOf } from './workspace.js';

/** The request. `event` is the wire name of a listener's event. */
export type UseCase = { readonly slice: string; readonly name: string } & (
  { readonly kind: Exclude<UseCaseKind, 'on'> } | { readonly kind: 'on'; readonly event: string }
);

/** A use case as the generator would write it, compared with the disk. Nothing is written yet. */
export interface UseCasePlan extends Comparison {
  readonly edits: readonly FileEdit[];
}

/** @throws Refusal if it cannot be made. */
export async function planUseCase(root: string, useCase: UseCase): Promise<UseCasePlan> {
  checkNames(root, useCase);
  const { slice, name, kind } = useCase;
  const names = namesOf(useCase);
  const event = kind === 'on' ? findEvent(root, useCase.event) : undefined;
  if (event !== undefined) checkUnheard(root, slice, `services/${slice}/src/${name}`, event);
  const ofEvents = kind === 'projection' ? projectionOf(root, slice, name) : (text: string) => text;

  const fill = (text: string) => inScope(root, rename(event === undefined ? text : heard(text, event), names));
  const files = await Promise.all(
    useCaseTemplate(kind).map(({ path, text }) => {
      const place = rename(path.slice(sampleSource.length), names);
      return formatted(root, { path: `services/${slice}/src${place}`, text: fill(ofEvents(text)) });
    }),
  );
  const comparison = compare(root, files);
  if (comparison.changed.length > 0) {
    const changed = comparison.changed.map(({ path }) => `  ${path}`);
    throw new Refusal(
      [`\`${name}\` exists already, but not as it would be generated:`, ...changed, 'Nothing was written.'].join('\n'),
    );
  }
  const app = await editApp(root, { slice, listings: listingsOf(kind, names), heardFrom: event?.slice });
  const declarations = declarationsOf(kind);
  const contract = declarations.length === 0 ? [] : await editContract(root, { slice, declarations, fill });
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
function clashOf(root: string, useCase: UseCase): string | undefined {
  const { slice, kind } = useCase;
  const names = namesOf(useCase);
  const listings = listingsOf(kind, names);
  const declared = declarationsOf(kind).map(({ name }) => rename(name, names));
  // What an earlier run wrote there is the use case itself.
  const isOwn = (line: string) =>
    listings.some(({ from }) => line.includes(`'${from}'`)) ||
    declared.some((name) => line.startsWith(`export class ${name} `) || line.startsWith(`export const ${name} `));
  const has = (path: string, identifier: string) => {
    const lines = existsSync(join(root, path)) ? withLf(readFileSync(join(root, path), 'utf8')).split('\n') : [];
    const isListed = lines.some((line) => isOwn(line));
    return !isListed && identifiersIn(lines.join('\n')).includes(identifier);
  };
  return (
    clashIn(useCaseTemplate(kind), names) ??
    listings.map(({ identifier }) => identifier).find((each) => has(`services/${slice}/src/app.ts`, each)) ??
    declared.find((each) => has(contractOf(slice), each))
  );
}

/** A listener is called `on-…`, a query `get-…`, `find-…` or `list-…`, and nothing else is. An entity is one thing. */
function checkKind({ name, ...rest }: UseCase): string | undefined {
  const [verb = ''] = name.split('-');
  const asks = ['get', 'find', 'list'].includes(verb);
  if (rest.kind === 'on') {
    if (verb === 'on') return undefined;
    return `The name of a listener begins with \`on-\`. Try \`on-${rest.event.replace(/^.*\./, '')}\`.`;
  }
  if (rest.kind === 'query') {
    return asks ? undefined : `The name of a query begins with get, find or list. Try \`find-${name}\`.`;
  }
  if (asks)
    return `\`${name}\` sounds like a query. Use \`--query\`, or say what it ${rest.kind === 'command' ? 'does' : 'is'}.`;
  if (verb === 'on') return `\`${name}\` sounds like a listener. Use \`--on <event>\`.`;
  if (rest.kind !== 'entity' || singularOf(name) === name) return undefined;
  return `An entity is one thing, and \`${name}\` sounds like many. Try \`${singularOf(name)}\`.`;
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

/** A text of the listener with the event that it hears. */
function heard(text: string, { className, slice }: DeclaredEvent): string {
  return text
    .replace(/\bSampleEvent\b/g, className)
    .replace(`@anywise/contracts/${sampleHost}`, `@anywise/contracts/${slice}`);
}
