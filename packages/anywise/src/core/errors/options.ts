import { SetupError } from './errors.js';
import { shownValue } from './shown.js';

/** Returns what an option must be, in words, if a value is wrong; `undefined` if it is right. */
export type OptionCheck = (value: unknown) => string | undefined;

/** The checks of options, by their names. */
export type OptionChecks = Readonly<Record<string, OptionCheck>>;

/** The longest time a timer of Node can wait, about 24.8 days: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
export const longestTimerMs = 2 ** 31 - 1;

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

export function text(): OptionCheck {
  return (value) => (typeof value === 'string' && value !== '' ? undefined : 'a non-empty string');
}

export function oneOf(...values: readonly unknown[]): OptionCheck {
  return (value) => (values.includes(value) ? undefined : `one of ${values.map(shown).join(', ')}`);
}

export function ofType(type: 'boolean' | 'function' | 'object'): OptionCheck {
  return (value) => (typeof value === type && value !== null ? undefined : `${type === 'object' ? 'an' : 'a'} ${type}`);
}

/**
 * What is wrong with options, one text each. An option that is absent or `undefined` takes its default, which is valid.
 *
 * @param required the names of those without a default.
 */
export function optionProblems(options: object, checks: OptionChecks, required: readonly string[] = []): string[] {
  return Object.entries(checks).flatMap(([name, check]) => {
    const value: unknown = (options as Readonly<Record<string, unknown>>)[name];
    const expected = value === undefined && !required.includes(name) ? undefined : check(value);
    return expected === undefined ? [] : [`\`${name}\` is ${shown(value)}, but must be ${expected}`];
  });
}

/** @throws SetupError (`INVALID_SETUP`) that names every option that is wrong, its value and what it must be. */
export function checkOptions(
  subject: string,
  options: object,
  checks: OptionChecks,
  required: readonly string[] = [],
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

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shownValue(value));
  if (typeof value === 'number' || typeof value === 'boolean' || value === null || value === undefined) {
    return String(value);
  }
  return typeof value === 'bigint' ? `${value}n` : `a value of type ${typeof value}`;
}
