import { isBuiltin } from 'node:module';
import { singularOf, spell } from './words.js';

/** What a new name must keep away from. */
export interface Surroundings {
  /** Names that are in use, and by what. */
  readonly taken: ReadonlyMap<string, string>;
  /** What the generated code calls something else. */
  readonly identifiers: ReadonlySet<string>;
}

const longest = 40;

const reserved = new Map([
  ...list('a word of JavaScript', [
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false',
    'finally for function if implements import in instanceof interface let new null package private protected public',
    'return static super switch this throw true try typeof undefined var void while with yield',
  ]),
  ...list('a word of npm and the workspace', [
    'npm pnpm node turbo favicon build coverage dist lint main index src start test tests typecheck',
  ]),
  ...list('a word of Anywise', [
    'anywise command commands contract contracts event events message messages query queries service services slice slices',
  ]),
  ...list('a device on Windows', ['aux con nul prn com1 com2 com3 com4 lpt1 lpt2 lpt3 lpt4']),
]);

/** Says what is wrong with the name of a new slice, and which one to take instead; `undefined` for a good one. */
export function checkSliceName(name: string, { taken, identifiers }: Surroundings): string | undefined {
  return explain(name, (candidate) => wrongWithText(candidate) ?? wrongWithSlice(candidate, taken, identifiers));
}

/** Says the same of the name of a new use case. */
export function checkUseCaseName(name: string, identifiers: ReadonlySet<string>): string | undefined {
  return explain(name, (candidate) => wrongWithText(candidate) ?? wrongWithCode(candidate, candidate, identifiers));
}

/** A name as near to a text as a name can be; empty where nothing is left. */
export function kebabOf(text: string): string {
  const words = text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .replace(/(?<=[a-z\d])(?=[A-Z])/g, '-')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '');
  return words
    .join('-')
    .replace(/^[\d-]+/, '')
    .slice(0, longest)
    .replace(/-+$/, '');
}

function explain(name: string, wrongWith: (name: string) => string | undefined): string | undefined {
  const wrong = wrongWith(name);
  if (wrong === undefined) return undefined;
  const near = kebabOf(name) === '' ? 'parcels' : kebabOf(name);
  const candidates = [near, `customer-${near}`, `${near}-desk`, `customer-${near}-desk`];
  const better = candidates.find((candidate) => wrongWith(candidate) === undefined);
  return `\`${name}\` ${wrong}.${better === undefined ? '' : ` Take, say, \`${better}\`.`}`;
}

function wrongWithText(name: string): string | undefined {
  if (!/^[a-z][a-z\d]*(-[a-z\d]+)*$/.test(name)) {
    return 'is not kebab-case: small letters and digits, a letter first, words joined by `-`';
  }
  return name.length > longest ? `is longer than ${longest} letters` : undefined;
}

function wrongWithSlice(
  name: string,
  taken: ReadonlyMap<string, string>,
  identifiers: ReadonlySet<string>,
): string | undefined {
  const user = taken.get(name);
  if (user !== undefined) return `is taken by ${user}`;
  if (isBuiltin(`node:${name}`)) return 'is the name of a module of Node';
  return wrongWithCode(name, singularOf(name), identifiers);
}

function wrongWithCode(name: string, entity: string, identifiers: ReadonlySet<string>): string | undefined {
  const word = [name, entity].find((candidate) => reserved.has(candidate));
  if (word !== undefined) return `cannot be used: \`${word}\` is ${reserved.get(word)}`;
  const identifier = [spell(name).camel, spell(entity).pascal].find((candidate) => identifiers.has(candidate));
  return identifier === undefined ? undefined : `cannot be used: generated code calls something else \`${identifier}\``;
}

function list(what: string, lines: readonly string[]): (readonly [string, string])[] {
  return lines.flatMap((line) => line.split(' ')).map((word) => [word, what]);
}
