import { parseArgs } from 'node:util';
import { didYouMean } from '../core/errors/nearest.js';
import { shownValue } from '../core/errors/shown.js';
import { optionTable, type OptionName } from './option-table.js';

/** The given options; one without a value has the value `true`. */
export type Values = ReadonlyMap<OptionName, string>;

/** The values of the options that may be repeated. */
export type Lists = ReadonlyMap<OptionName, readonly string[]>;

export interface ReadValues {
  readonly values: Values;
  readonly lists: Lists;
  readonly problems: string[];
}

// All options, so that one that does not apply here still consumes its value.
const types = Object.fromEntries(
  Object.keys(optionTable).map((name) => [
    name,
    { type: takesValue(name as OptionName) ? 'string' : 'boolean' } as const,
  ]),
);

type Token = NonNullable<ReturnType<typeof parseTokens>>[number];

/** Reads arguments, and collects what is wrong with them. @param repeats may be given more than once, besides those that always may. */
export function readValues(
  args: readonly string[],
  allowed: readonly OptionName[],
  repeats: readonly OptionName[] = [],
): ReadValues {
  const values = new Map<OptionName, string>();
  const lists = new Map<OptionName, readonly string[]>();
  const problems: string[] = [];
  for (const token of parseTokens(args)) {
    const problem = wrongWith(token, allowed, values);
    if (problem !== undefined) problems.push(problem);
    else if (token.kind === 'option') {
      const [name, value] = [token.name as OptionName, token.value ?? 'true'];
      if (mayRepeat(name) || repeats.includes(name)) lists.set(name, [...(lists.get(name) ?? []), value]);
      else values.set(name, value);
    }
  }
  return { values, lists, problems };
}

// Not strict: strict mode neither suggests a word nor reports a second mistake.
function parseTokens(args: readonly string[]) {
  return parseArgs({ args: [...args], options: types, strict: false, tokens: true }).tokens;
}

function wrongWith(token: Token, allowed: readonly OptionName[], values: Values): string | undefined {
  if (token.kind === 'positional') {
    return `\`${shownValue(token.value)}\` has no option. Every value follows its option, as in \`--id ${shownValue(token.value)}\`.`;
  }
  if (token.kind === 'option-terminator') return undefined;
  const { rawName, value, inlineValue = false } = token;
  const name = allowed.find((known) => rawName === `--${known}`);
  if (name === undefined) {
    return `\`${shownValue(rawName)}\` is not an option here.${didYouMean(
      rawName,
      allowed.map((known) => `--${known}`),
    )}`;
  }
  if (values.has(name)) return `\`${rawName}\` is given twice.`;
  if (!takesValue(name)) return value === undefined ? undefined : `\`${rawName}\` takes no value.`;
  // An empty value is usually an unset variable, and a filter without text would match everything.
  if (value === undefined || value.trim() === '') return `\`${rawName}\` needs a value.`;
  const isOption = !inlineValue && value.startsWith('-') && value.length > 1;
  return isOption
    ? `\`${rawName}\` needs a value. Write one that begins with \`-\` as \`${rawName}=${shownValue(value)}\`.`
    : undefined;
}

function mayRepeat(name: OptionName): boolean {
  return 'many' in optionTable[name];
}

function takesValue(name: OptionName): boolean {
  return 'value' in optionTable[name];
}
