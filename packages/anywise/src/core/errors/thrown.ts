/** How long the text of an error may be when it is stored, in characters. */
const longestText = 4_000;

/** The longest pause that an error may ask for: 30 days, in milliseconds. */
const longestRetryAfterMs = 2_592_000_000;

/**
 * A short text for any thrown value. Code can throw anything, even objects without a prototype or with a `message` that
 * throws: nothing here may throw, or the failure could not be recorded.
 */
export function errorText(thrown: unknown): string {
  const text = textOf(thrown);
  return text.length > longestText ? `${text.slice(0, longestText)}… (${text.length} characters)` : text;
}

/** How much of a class name and of a stack is stored, in characters. */
const longestName = 200;
const longestStack = 2_000;

/** The class of a thrown value, and where it was thrown, if it says so. Both are cut to what may be stored. */
export interface ThrownOrigin {
  readonly name: string;
  readonly stack: string | undefined;
}

/** The class and the stack of any thrown value. Never throws, as {@link errorText}. */
export function thrownOrigin(thrown: unknown): ThrownOrigin {
  const [name, stack] = [read(thrown, 'name'), read(thrown, 'stack')];
  return {
    name: typeof name === 'string' && name !== '' ? name.slice(0, longestName) : typeof thrown,
    stack: typeof stack === 'string' && stack !== '' ? stack.slice(0, longestStack) : undefined,
  };
}

/** Whether an error declares that a retry cannot help. */
export function isTerminal(thrown: unknown): boolean {
  return read(thrown, 'retryable') === false;
}

/** The shortest pause before the next attempt that an error asks for, in milliseconds, if it does. At most 30 days. */
export function retryAfterOf(thrown: unknown): number | undefined {
  const retryAfterMs = read(thrown, 'retryAfterMs');
  if (typeof retryAfterMs !== 'number' || !(retryAfterMs >= 0)) return undefined;
  return Math.min(retryAfterMs, longestRetryAfterMs);
}

/** The delay before the next attempt, in milliseconds, if the error is a guard's refusal of this message. */
export function refusalOf(messageId: string, thrown: unknown): number | undefined {
  // Not `instanceof`: the guard may come from another copy of this package.
  const isRefusal = read(thrown, 'name') === 'RefusedError' && read(thrown, 'messageId') === messageId;
  return isRefusal ? retryAfterOf(thrown) : undefined;
}

/** Whether an error carries a brand, by which the classes of any installed copy of this package are recognised. */
export function hasBrand(thrown: unknown, brand: symbol): boolean {
  return read(thrown, brand) === true;
}

function textOf(thrown: unknown): string {
  // Not `instanceof`: an error may come from another realm, as in tests.
  const message = read(thrown, 'message');
  if (typeof message === 'string' && message !== '') return message;
  const name = read(thrown, 'code') ?? (message === undefined ? undefined : read(thrown, 'name'));
  if (typeof name === 'string' && name !== '') return name;
  try {
    return String(thrown);
  } catch {
    return `a thrown ${typeof thrown} that has no text`;
  }
}

function read(thrown: unknown, name: PropertyKey): unknown {
  if (thrown === null || (typeof thrown !== 'object' && typeof thrown !== 'function')) return undefined;
  try {
    return (thrown as Readonly<Record<PropertyKey, unknown>>)[name];
  } catch {
    return undefined;
  }
}
