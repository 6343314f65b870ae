import type { FailedAttempt } from '../core/ports/dead-letters.js';

/** Of how many attempts at a message a store keeps the error: the last ones. */
export const keptAttempts = 10;

/**
 * What is stored instead of the failures of a message that was replayed, until the next one: an empty list, where one without a
 * failure has none.
 */
export const replayedFailures = '[]';

/** A failed attempt as databases store it: JSON has no `undefined`. */
export interface StoredFailure extends Omit<FailedAttempt, 'name' | 'stack'> {
  readonly name: string | null;
  readonly stack: string | null;
}

/** The failed attempts of a row, which may be older than the column that keeps them. */
export function failuresOf(stored: readonly StoredFailure[] | null): readonly FailedAttempt[] {
  return (stored ?? []).map(({ attempt, at, name, error, stack }) => {
    return { attempt, at, name: name ?? undefined, error, stack: stack ?? undefined };
  });
}
