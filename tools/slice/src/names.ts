import { isBuiltin } from 'node:module';
import { singularOf, spell } from './words.js';

/** Names that a new slice must not use. */
export interface Surroundings {
  /** Names in use, with what uses them. */
  readonly taken: ReadonlyMap<string, string>;
  /** Identifiers that generated code would use twice, if the slice and one of its things had these names. */
  readonly clash: (slice: string, entity: string) => string | undefined;
}

/** Leaves room for `on-` and an event of the slice with the longest name. */
const longest = { slice: 40, useCase: 60 } as const;

const reserved = new Map([
  ...list('a word of JavaScript', [
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false',
    'finally for function if implements import in instanceof interface let new null package private protected public',
    'return static super switch this throw true try typeof undefined var void while with yield',
  ]),
  ...list('a word of npm and the workspace', [
    'npm pnpm node turbo favicon build coverage dist lint main index src start test testing tests typecheck',
  ]),
  ...list('a word of Anywise', [
    'anywise command commands contract contracts event events message messages query queries service services slice slices',
    'dashboard health',
  ]),
  ...list('a device on Windows', [
    'aux con nul prn com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9',
  ]),
]);

/** The globals of Node 20, and those of the tests. A module that declares one of them hides it from its own code. */
const globals = new Set(
  (
    'Array ArrayBuffer Atomics BigInt Blob Boolean Buffer Crypto DataView Date Error Event File Function Headers Infinity ' +
    'Intl Iterator JSON Map Math NaN Number Object Performance Promise Proxy Reflect RegExp Request Response Set String ' +
    'Symbol URL console crypto escape exports fetch global jest module performance process require structuredClone unescape'
  ).split(' '),
);

/** Says what is wrong with the name of a new slice, and suggests another; `undefined` for a good one. */
export function checkSliceName(name: string, { taken, clash }: Surroundings): string | undefined {
  return explain(name, (candidate) => {
    const user = taken.get(candidate);
    if (user !== undefined) return `is taken: there is ${user} already`;
    return wrongWithText(candidate, longest.slice) ?? wrongWithSlice(candidate) ?? wrongWithClash(candidate, clash);
  });
}

/** Says the same of the name of a new use case. `clash` is what its slice or generated code calls the same. */
export function checkUseCaseName(name: string, clash: (name: string) => string | undefined): string | undefined {
  return explain(
    name,
    (candidate) =>
      wrongWithText(candidate, longest.useCase) ??
      wrongWithWords(candidate, candidate) ??
      wrongWithClash(candidate, clash),
  );
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
    .slice(0, longest.slice)
    .replace(/-+$/, '');
}

function explain(name: string, wrongWith: (name: string) => string | undefined): string | undefined {
  const wrong = wrongWith(name);
  if (wrong === undefined) return undefined;
  const near = kebabOf(name) === '' ? 'parcels' : kebabOf(name);
  const candidates = [near, `customer-${near}`, `${near}-desk`, `customer-${near}-desk`];
  const better = candidates.find((candidate) => wrongWith(candidate) === undefined);
  return `\`${name}\` ${wrong}.${better === undefined ? '' : ` Try \`${better}\`.`}`;
}

function wrongWithText(name: string, limit: number): string | undefined {
  if (!/^[a-z][a-z\d]*(-[a-z\d]+)*$/.test(name)) {
    return 'is not kebab-case: lower-case letters and digits, starting with a letter, words joined by `-`';
  }
  return name.length > limit ? `is longer than ${limit} letters` : undefined;
}

function wrongWithSlice(name: string): string | undefined {
  if (isBuiltin(`node:${name}`)) return 'is the name of a Node module';
  // The store of a slice is the file `<name>.db`, and the transport's beside it is `bus.db`.
  if (name === 'bus') return 'is the name of the file that the services share, `bus.db`';
  // SQLite and Anywise keep these names for tables of their own.
  const prefix = /^(sqlite|anywise)-/.exec(name)?.[0];
  if (prefix !== undefined) return `begins with \`${prefix}\`, which is reserved`;
  return wrongWithWords(name, singularOf(name));
}

function wrongWithWords(name: string, entity: string): string | undefined {
  const word = [name, entity].find((candidate) => reserved.has(candidate));
  if (word !== undefined) return `cannot be used: \`${word}\` is ${reserved.get(word)}`;
  const identifier = [spell(name).camel, spell(name).pascal, spell(entity).pascal].find((each) => globals.has(each));
  return identifier === undefined ? undefined : `cannot be used: \`${identifier}\` is a global of JavaScript`;
}

function wrongWithClash(name: string, clash: (name: string, entity: string) => string | undefined): string | undefined {
  const identifier = clash(name, singularOf(name));
  return identifier === undefined
    ? undefined
    : `cannot be used: the code would have two things called \`${identifier}\``;
}

function list(what: string, lines: readonly string[]): (readonly [string, string])[] {
  return lines.flatMap((line) => line.split(' ')).map((word) => [word, what]);
}
