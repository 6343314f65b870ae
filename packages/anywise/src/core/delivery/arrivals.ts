import type { InboxEntry } from '../ports/inbox.js';
import type { BatchOptions } from '../registry/definitions.js';

/** The listeners that take many messages at once. */
type Batches = ReadonlyMap<string, Required<BatchOptions>>;

/**
 * How many of these, from the first on, need no more than the free places. A batch needs one, and has no more messages than
 * it may have if it can begin with them.
 *
 * @param ready the batch listeners that can begin with what arrives.
 */
export function countFitting(
  entries: readonly InboxEntry[],
  free: number,
  batches: Batches,
  ready: ReadonlySet<string>,
): number {
  const counts = new Map<string, number>();
  let needed = 0;
  const end = entries.findIndex(({ listener }) => {
    const max = batches.get(listener)?.max;
    if (max === undefined) return ++needed > free;
    const count = (counts.get(listener) ?? 0) + 1;
    counts.set(listener, count);
    return (count === 1 && ++needed > free) || (count > max && ready.has(listener));
  });
  return end === -1 ? entries.length : end;
}

/**
 * The batch listeners that begin with all that arrives for them, and how many messages that is. Where only the first
 * messages of keys could be claimed, because there are others among these, a search gives larger batches.
 *
 * @param ready the batch listeners that can begin with what arrives.
 */
export function beginWith(
  entries: readonly InboxEntry[],
  batches: Batches,
  ready: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const begin = new Map<string, number>();
  const isAll = entries.every(({ listener }) => ready.has(listener));
  for (const listener of ready) {
    const own = entries.filter((entry) => entry.listener === listener);
    const keys = own.flatMap(({ key }) => key ?? []);
    const isWhole = own.length <= (batches.get(listener)?.max ?? 0) && (isAll || new Set(keys).size === keys.length);
    if (own.length > 0 && isWhole) begin.set(listener, own.length);
  }
  return begin;
}
