import type { DeadLetter } from '../core/ports/dead-letters.js';
import type { DeadGroup } from '../core/ports/store-view.js';

/** How many dead letters a store looks at to group them. */
export const groupedLetters = 10_000;

/** What groups are made of. */
export type GroupedLetter = Pick<DeadLetter, 'listener' | 'type' | 'error' | 'holdsUp' | 'diedAt'>;

const weight: Readonly<Record<DeadLetter['holdsUp'], number>> = { nothing: 0, key: 1, listener: 2 };
const varying = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+/gi;
const comparedCharacters = 200;

/**
 * Groups dead letters by listener, type and error, the largest group first.
 *
 * @param letters up to {@link groupedLetters} of them, and one more if there are more.
 */
export function deadGroupsOf(letters: readonly GroupedLetter[], limit: number): readonly DeadGroup[] {
  const isMore = letters.length > groupedLetters;
  const groups = new Map<string, DeadGroup>();
  for (const { listener, type, holdsUp, diedAt, ...letter } of letters.slice(0, groupedLetters)) {
    const error = letter.error.slice(0, comparedCharacters).replace(varying, '…');
    const name = JSON.stringify([listener, type, error]);
    const group = groups.get(name);
    groups.set(name, {
      listener,
      type,
      error,
      count: { count: (group?.count.count ?? 0) + 1, isMore },
      firstAt: Math.min(group?.firstAt ?? diedAt, diedAt),
      lastAt: Math.max(group?.lastAt ?? diedAt, diedAt),
      holdsUp: group !== undefined && weight[group.holdsUp] > weight[holdsUp] ? group.holdsUp : holdsUp,
    });
  }
  return [...groups.values()].sort((a, b) => b.count.count - a.count.count).slice(0, limit);
}
