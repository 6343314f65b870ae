/** Sorts before every lane. */
export const beforeAllLanes = '';

/**
 * How many of the oldest rows are looked at for ones that may go. If all of these wait for others, as behind a dead letter,
 * the search goes on from lane to lane: so it costs the same however many rows wait.
 */
export function windowFor(limit: number): number {
  return Math.max(8 * limit, 256);
}

/** How many lanes are read at once, and in one search. The next search goes on where it ended. */
export const lanesAtOnce = 128;
export const lanesInOneSearch = 1_024;
