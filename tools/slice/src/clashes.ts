import { basename } from 'node:path';
import {
  sampleEntity,
  sampleHost,
  sampleSlice,
  sampleUseCases,
  sliceTemplate,
  useCaseTemplate,
  type File,
  type UseCaseKind,
} from './template.js';
import { rename } from './words.js';

/** Identifiers that the code of a new slice would use twice, if the slice and one of its things had these names. */
export function clashInSlice(slice: string, entity: string): string | undefined {
  const kinds = Object.keys(sampleUseCases) as UseCaseKind[];
  const names = new Map([
    [sampleSlice, slice],
    [sampleEntity, entity],
    [sampleHost, slice],
  ]);
  const files = sliceTemplate();
  const paths = files.map(({ path }) => rename(path, names));
  const twice = paths.find((path, index) => paths.indexOf(path) < index);
  return twice === undefined ? clashIn([...files, ...kinds.flatMap(useCaseTemplate)], names) : basename(twice);
}

/** Identifiers that code would use twice, with these names instead of the sample's. */
export function clashIn(files: readonly File[], names: ReadonlyMap<string, string>): string | undefined {
  return files
    .filter(({ path }) => /\.(ts|sql)$/.test(path))
    .map(({ text }) => clashAmong(identifiersIn(text), names))
    .find((clash) => clash !== undefined);
}

function clashAmong(identifiers: readonly string[], names: ReadonlyMap<string, string>): string | undefined {
  const isSample = (identifier: string) => /sample/i.test(identifier);
  const own = new Set(identifiers.filter((identifier) => !isSample(identifier)));
  return identifiers
    .filter(isSample)
    .map((identifier) => rename(identifier, names))
    .find((renamed) => own.has(renamed));
}

/** The identifiers of code, without those of members: not the `a` of `b.a` or of `{ a: b }`. */
export function identifiersIn(code: string): readonly string[] {
  const bare = code.replace(/\/\/.*|\/\*[^]*?\*\/|'(?:[^'\\\n]|\\.)*'|`[^`]*`/g, expressionsIn);
  const brackets: string[] = [];
  const identifiers: string[] = [];
  for (const [token, name] of bare.matchAll(
    /[([{]|[)\]}]|(?<!(?<!\.\.)\.)\b([A-Za-z_$][\w$]*)(?![\w$]|\??:)|[\w$]+(?=\??:)/g,
  )) {
    if (/[([{]/.test(token)) brackets.push(token);
    else if (/[)\]}]/.test(token)) brackets.pop();
    else if (name !== undefined || brackets.at(-1) === '(') identifiers.push(token);
  }
  return identifiers;
}

/** The code inside a template literal; nothing of other strings and of comments. */
function expressionsIn(text: string): string {
  return [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, code = '']) => code).join(' ');
}
