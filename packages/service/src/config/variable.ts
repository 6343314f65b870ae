import { shownValue } from 'anywise/connect';

/** An environment variable: how to read it, and what to say if it is invalid. */
export interface Variable<T> {
  readonly name: string;
  /** The value if it is not set. Without one, it is required. */
  readonly preset?: T;
  /** Reads its text; `undefined` if the text is invalid. */
  readonly read: (text: string) => T | undefined;
  /** Whether its text is never shown. What may be a URL with a password in it is not shown anyway. @defaultValue false */
  readonly isSecret?: boolean;
  /** How to fix it, such as `set it to an integer from 0 to 65535`. */
  readonly remedy: string;
}

/** One invalid variable. */
export interface ConfigProblem {
  readonly variable: string;
  readonly wrong: string;
  readonly remedy: string;
}

/** Everything that is wrong with the configuration, in one error. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(problems.map(({ variable, wrong, remedy }) => `\`${variable}\` ${wrong}: ${remedy}.`).join('\n'));
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Shared by the readers. A reader that finds a problem records it and continues, so that the others run as well. */
export interface Reading {
  readonly env: Environment;
  readonly problems: ConfigProblem[];
}

/**
 * Runs readers over an environment.
 *
 * @throws ConfigError with every problem they found.
 */
export function readAll<T>(env: Environment, read: (reading: Reading) => T): T {
  const reading: Reading = { env, problems: [] };
  const result = read(reading);
  if (reading.problems.length > 0) throw new ConfigError(reading.problems);
  return result;
}

/** The value of a variable; `undefined` if it is invalid, which is recorded. */
export function readVariable<T>(variable: Variable<T>, { env, problems }: Reading): T | undefined {
  const { name, preset, read, remedy } = variable;
  const text = present(env[name]);
  const value = text === undefined ? preset : read(text);
  if (value !== undefined) return value;
  problems.push({ variable: name, wrong: text === undefined ? 'is not set' : wrongText(variable, text), remedy });
  return undefined;
}

function wrongText({ isSecret = false }: Variable<unknown>, text: string): string {
  return isSecret ? 'is not right' : `is \`${shownValue(text)}\``;
}

/** `NAME=` in a shell or an env file means "not set". */
export function present(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** The longest delay of a timer: about 24 days. */
const longestTimerMs = 2 ** 31 - 1;

/** A variable that holds a duration. */
export function milliseconds(name: string, preset: number): Variable<number> {
  return {
    name,
    preset,
    read: (text) => (/^\d{1,10}$/.test(text) && Number(text) <= longestTimerMs ? Number(text) : undefined),
    remedy: `set it to a whole number of milliseconds, at most ${longestTimerMs}`,
  };
}

/** A variable that holds one of a few words. */
export function oneOf<const Word extends string>(
  name: string,
  words: readonly Word[],
  preset: NoInfer<Word>,
): Variable<Word> {
  return {
    name,
    preset,
    read: (text) => words.find((word) => word === text),
    remedy: `set it to one of ${words.map((word) => `\`${word}\``).join(', ')}`,
  };
}
