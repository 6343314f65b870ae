import { AnywiseError } from '../errors/errors.js';
import { errorText } from '../errors/thrown.js';
import { isJson } from '../message/json.js';
import { validate } from '../message/schema.js';
import type { Saga } from './declaration.js';

/** A state as it is kept. @throws AnywiseError (`INVALID_CONTRACT`) if it could not be read back. */
export function writeState({ name, options }: Saga, state: unknown): string {
  const text = JSON.stringify(state);
  try {
    if (!isJson(state)) throw new Error('it has values that JSON cannot represent');
    validate(name, options.state, JSON.parse(text));
  } catch (cause) {
    throw new AnywiseError(
      'INVALID_CONTRACT',
      `The state of \`${name}\` cannot be kept (${errorText(cause)}). Return plain data that fits its \`state\`.`,
      { cause },
    );
  }
  return text;
}

/**
 * A state that was kept, as the code knows it now.
 *
 * @param shape the version of the saga that wrote it.
 * @throws AnywiseError (`UNKNOWN_MESSAGE`, retryable) if a newer version of the service wrote it; (`UNREADABLE`) if it cannot
 * be read.
 */
export function readState({ name, options }: Saga, text: string, shape: number): unknown {
  const { state, version, upcast } = options;
  if (shape > version) {
    throw new AnywiseError(
      'UNKNOWN_MESSAGE',
      `A state of \`${name}\` was kept in version ${shape}, but this process only knows versions up to ${version}. It waits for a newer version of this service.`,
      { retryable: true },
    );
  }
  try {
    let value: unknown = JSON.parse(text);
    for (let from = shape; from < version; from++) value = (upcast[from] as (old: unknown) => unknown)(value);
    return Object.freeze(validate(name, state, value));
  } catch (cause) {
    throw new AnywiseError(
      'UNREADABLE',
      `A state of \`${name}\`, kept in version ${shape}, cannot be read (${errorText(cause)}). Correct \`upcast\` or \`state\`, then replay.`,
      { cause },
    );
  }
}
