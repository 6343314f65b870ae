/** Sorts before every lane. */
export const beforeAllLanes = '';

/**
 * How many of the oldest rows are examined. If all of these wait for others, for example behind a dead letter, the search
 * continues lane by lane, so it costs the same however many rows wait.
 */
export function windowFor(limit: number): number {
  return Math.max(8 * limit, 256);
}

/** How many lanes are read at once, and per search. The next search continues where this one ended. */
export const lanesAtOnce = 128;
export const lanesInOneSearch = 1_024;
