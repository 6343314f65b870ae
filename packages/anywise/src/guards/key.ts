import type { FrozenContext } from '../core/message/context.js';
import { AnywiseError } from '../core/errors/errors.js';

/** The key by which messages are counted. Those without a key are counted together. */
export type Key = string | number | undefined;

/** Reads the key of a message, such as its user: `(_message, context) => context.get(CurrentUser).id`. */
export type KeyOf<M> = (message: M, context: FrozenContext) => Key;

/**
 * The key of a message, if the guard counts by key.
 *
 * @throws AnywiseError (`INVALID_SETUP`) for an object: each would be a key of its own, and nothing would be limited.
 */
export function readKey<M>(guard: string, by: KeyOf<M> | undefined, message: M, context: FrozenContext): Key {
  const key: unknown = by?.(message, context);
  if (key === undefined || typeof key === 'string' || typeof key === 'number') return key;
  throw new AnywiseError(
    'INVALID_SETUP',
    `\`by\` of \`${guard}(…)\` returned neither a string nor a number. Return one, such as the id of the user.`,
  );
}
