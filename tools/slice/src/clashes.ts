import { basename } from 'node:path';
import { sampleEntity, sampleHost, sampleSlice, sliceTemplate, useCaseTemplate, type File } from './template.js';
import { rename } from './words.js';

/** What the code of a new slice would call two things, if the slice and one of its things had these names. */
export function clashInSlice(slice: string, entity: string): string | undefined {
  const kinds = ['command', 'query', 'on'] as const;
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

/** What code would call two things, if it got these names in the place of the sample's. */
export function clashIn(files: readonly File[], names: ReadonlyMap<string, string>): string | undefined {
  // A table may have the name of a variable.
  return ['.ts', '.sql']
    .map((ending) => files.filter(({ path }) => path.endsWith(ending)).flatMap(({ text }) => identifiersIn(text)))
    .map((identifiers) => clashAmong(identifiers, names))
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

/** The words of code, without comments and the texts in it. */
export function identifiersIn(code: string): readonly string[] {
  const expressions = (text: string) => [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, inside = '']) => inside).join(' ');
  const bare = code.replace(/\/\/.*|\/\*[^]*?\*\/|'[^'\n]*'/g, '').replace(/`[^`]*`/g, expressions);
  return bare.match(/[A-Za-z_$][\w$]*/g) ?? [];
}
