/** How many of the first items have no more than `maxBytes` together. One may always go, however large it is. */
export function countWithin<T>(items: readonly T[], bytesOf: (item: T) => number, maxBytes: number): number {
  let total = 0;
  const end = items.findIndex((item) => (total += bytesOf(item)) > maxBytes);
  return end === -1 ? items.length : Math.max(1, end);
}

/** Parts items, in their order, into batches of no more than `maxBytes` each; a larger item goes alone. */
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
