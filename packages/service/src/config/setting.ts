import type { ServiceId, Token } from 'anywise';
import { readVariable, type Reading, type Variable } from './variable.js';

/** An environment variable of the slice, and the token with which handlers inject its value. Made by {@link setting}. */
export interface Setting {
  readonly token: Token<unknown>;
  readonly variable: Variable<unknown>;
}

/** The values of a slice's own variables, by their tokens. */
export type Settings = ReadonlyMap<ServiceId, unknown>;

/**
 * Declares an environment variable of the slice. It is read at start with the others, and its value is bound to the token.
 *
 * @example
 * export const Tries = token<number>('Tries');
 * export const tries = setting(Tries, {
 *   name: 'SHIPPING_TRIES',
 *   preset: 3,
 *   read: (text) => (/^[1-9]$/.test(text) ? Number(text) : undefined),
 *   remedy: 'set it to a number from 1 to 9',
 * });
 */
export function setting<T>(token: Token<T>, variable: Variable<T>): Setting {
  return { token, variable };
}

export function readSettings(settings: readonly Setting[], reading: Reading): Settings {
  return new Map(settings.map(({ token, variable }) => [token, readVariable(variable, reading)]));
}
