import { longestTimerMs } from '../time/longest.js';
import { describeValue } from './describe.js';
import { SetupError } from './errors.js';
import { didYouMean } from './nearest.js';
import { shownValue } from './shown.js';

/** Returns what an option must be, in words, if a value is wrong; `undefined` if it is right. */
export type OptionCheck = (value: unknown) => string | undefined;

/** One check for each option, by its name, so that none is forgotten. What has no check is no option. */
export type OptionChecks<Options = Readonly<Record<string, unknown>>> = {
  readonly [Name in keyof Options]-?: OptionCheck;
};

/** The longest that anything is kept: a hundred years. */
export const longestRetentionMs = 3_155_760_000_000;

/** A number of things. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): OptionCheck {
  return (value) => {
    if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return undefined;
    return max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`;
  };
}

/** A number that may have a fraction. */
export function numberFrom(min: number, max: number): OptionCheck {
  return (value) =>
    typeof value === 'number' && value >= min && value <= max ? undefined : `a number from ${min} to ${max}`;
}

/** A time in milliseconds. By default up to the longest that a timer can wait. */
export function milliseconds(min: number, max = longestTimerMs): OptionCheck {
  return (value) =>
    typeof value === 'number' && value >= min && value <= max
      ? undefined
      : `a number of milliseconds from ${min} to ${max}`;
}

/** A text that says something. Databases and file names cannot have a NUL in it. */
export function text(): OptionCheck {
  return (value) => {
    if (typeof value !== 'string' || value === '') return 'a non-empty string';
    return value.includes('\0') ? 'a string without NUL characters' : undefined;
  };
}

/** Any text: what is in it is checked where it is used. */
export function anyText(): OptionCheck {
  return (value) => (typeof value === 'string' ? undefined : 'a string');
}

/** For an option whose check says more than what it must be. */
export function checkedElsewhere(): OptionCheck {
  return () => undefined;
}

/** For an option with a few values. */
export function oneOf(...values: readonly unknown[]): OptionCheck {
  return (value) => (values.includes(value) ? undefined : `one of ${values.map(describeValue).join(', ')}`);
}

/** For a switch, or a function. */
export function ofType(type: 'boolean' | 'function'): OptionCheck {
  return (value) => (typeof value === type ? undefined : `a ${type}`);
}

/** An object of named values. */
export function fields(): OptionCheck {
  return (value) => (isOptions(value) ? undefined : 'an object');
}

/** An object that can do something, such as a logger; known by its methods, as it may come from another library. */
export function withMethods(what: string, ...names: readonly string[]): OptionCheck {
  return (value) => {
    const methods = Object(value) as Readonly<Record<string, unknown>>;
    return names.every((name) => typeof methods[name] === 'function') ? undefined : what;
  };
}

/** A list. @param isItem tells whether a value may be in it. */
export function listOf(what: string, isItem: (item: unknown) => boolean): OptionCheck {
  return (value) => (Array.isArray(value) && value.every(isItem) ? undefined : `a list of ${what}`);
}

/** Known by what it can do: it may come from another realm, or a polyfill. */
export function abortSignal(): OptionCheck {
  const hasMethods = withMethods('an AbortSignal', 'addEventListener', 'removeEventListener');
  return (value) => {
    const { aborted } = Object(value) as { readonly aborted?: unknown };
    return hasMethods(value) ?? (typeof aborted === 'boolean' ? undefined : 'an AbortSignal');
  };
}

/**
 * What is wrong with options, one text each. An option that is absent or `undefined` takes its default, which is valid.
 *
 * @param given come from code that may not have been type-checked. Absent, they are all absent.
 * @param required the names of those without a default.
 */
export function optionProblems(given: unknown, checks: OptionChecks, required: readonly string[] = []): string[] {
  const options = given === undefined ? {} : given;
  if (!isOptions(options)) return [`its options are ${describeValue(options)}, but must be an object`];
  const problems: string[] = [];
  // Plain loops: sends are checked too.
  for (const name in checks) {
    const value = options[name];
    const expected = value === undefined && !required.includes(name) ? undefined : checks[name]?.(value);
    if (expected !== undefined) problems.push(`\`${name}\` is ${shown(value)}, but must be ${expected}`);
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(checks, name)) problems.push(unknownOption(name, Object.keys(checks)));
  }
  return problems;
}

/** @throws SetupError (`INVALID_SETUP`) that names every option that is wrong, its value and what it must be. */
export function checkOptions<Options extends object>(
  subject: string,
  options: Options,
  checks: OptionChecks<NoInfer<Options>>,
  required: readonly (keyof Options & string)[] = [],
): void {
  const problems = optionProblems(options, checks, required);
  if (problems.length > 0) throw new SetupError('INVALID_SETUP', subject, problems);
}

/** Options in which absent or `undefined` ones are replaced by their defaults. */
export function withDefaults<Options extends object, Defaults extends object>(
  options: Options,
  defaults: Defaults,
): Omit<Options, keyof Defaults> & Defaults {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) } as Omit<Options, keyof Defaults> & Defaults;
}

/** A value for an error about it. A text may be a URL with a password in it. */
function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(shownValue(value)) : describeValue(value);
}

function isOptions(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unknownOption(name: string, known: readonly string[]): string {
  const hint = didYouMean(name, known) || ` Its options are ${known.map((each) => `\`${each}\``).join(', ')}.`;
  return `\`${shownValue(name)}\` is not an option.${hint}`;
}
