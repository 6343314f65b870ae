import type { DeadLetter } from '../core/ports/dead-letters.js';
import type { DeadGroup } from '../core/ports/store-view.js';

/** How many dead letters a store looks at to group them: the oldest and the latest of each listener. */
export const groupedLetters = 1_000;
/** How many it looks at of each of very many listeners. */
export const leastGrouped = 20;

/** What groups are made of. */
export type GroupedLetter = Pick<DeadLetter, 'listener' | 'type' | 'error' | 'holdsUp' | 'diedAt'>;

const weight: Readonly<Record<DeadLetter['holdsUp'], number>> = { nothing: 0, key: 1, listener: 2 };
const varying = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+/gi;
/** How much of an error is compared. */
export const comparedCharacters = 200;

/**
 * Groups dead letters by listener, type and error, the largest group first. Each listener has the same share of
 * {@link groupedLetters}, so that none hides those of another; of one that has more, the middle is left out.
 *
 * @param letters all in the order of their numbers; of a listener that has more than its share, one more of each end is enough.
 */
export function deadGroupsOf(letters: readonly GroupedLetter[], limit: number): readonly DeadGroup[] {
  const listeners = byListener(letters);
  const half = halfShare(listeners.length);
  const groups = listeners.flatMap((own) => {
    const isMore = own.length > 2 * half;
    const seen = isMore ? [...own.slice(0, half), ...own.slice(-half)] : own;
    return gathered(seen).map(({ count, ...group }) => ({ ...group, count: { count, isMore } }));
  });
  return groups.sort((a, b) => b.count.count - a.count.count).slice(0, limit);
}

/** How many letters are looked at from each end of those of a listener. */
function halfShare(listeners: number): number {
  return Math.floor(Math.max(leastGrouped, groupedLetters / listeners) / 2);
}

function byListener(letters: readonly GroupedLetter[]): (readonly GroupedLetter[])[] {
  const listeners = new Map<string, GroupedLetter[]>();
  for (const letter of letters) {
    const own = listeners.get(letter.listener);
    if (own === undefined) listeners.set(letter.listener, [letter]);
    else own.push(letter);
  }
  return [...listeners.values()];
}

type Gathered = { -readonly [Key in keyof DeadGroup]: Key extends 'count' ? number : DeadGroup[Key] };

function gathered(letters: readonly GroupedLetter[]): Gathered[] {
  const groups = new Map<string, Gathered>();
  for (const { listener, type, error, holdsUp, diedAt } of letters) {
    const shown = error.slice(0, comparedCharacters).replace(varying, '…');
    const name = `${type}\0${shown}`;
    const group = groups.get(name);
    if (group === undefined) {
      groups.set(name, { listener, type, error: shown, count: 1, firstAt: diedAt, lastAt: diedAt, holdsUp });
      continue;
    }
    group.count++;
    group.firstAt = Math.min(group.firstAt, diedAt);
    group.lastAt = Math.max(group.lastAt, diedAt);
    if (weight[holdsUp] > weight[group.holdsUp]) group.holdsUp = holdsUp;
  }
  return [...groups.values()];
}
