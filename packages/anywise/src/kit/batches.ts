/** How many of the first items fit into `maxBytes`. At least one always does, however large. */
export function countWithin<T>(items: readonly T[], bytesOf: (item: T) => number, maxBytes: number): number {
  let total = 0;
  const end = items.findIndex((item) => (total += bytesOf(item)) > maxBytes);
  return end === -1 ? items.length : Math.max(1, end);
}

/** Splits items, in order, into batches of up to `maxBytes` each; a larger item goes alone. */
export function batchesWithin<T>(
  items: readonly T[],
  bytesOf: (item: T) => number,
  maxBytes: number,
): readonly (readonly T[])[] {
  const batches: (readonly T[])[] = [];
  for (let rest = items; rest.length > 0;) {
    const count = countWithin(rest, bytesOf, maxBytes);
    batches.push(count === items.length ? items : rest.slice(0, count));
    rest = rest.slice(count);
  }
  return batches;
}
