import type { BoundedCount } from 'anywise';

/** All of these together. */
export function sum(counts: readonly BoundedCount[]): BoundedCount {
  return {
    count: counts.reduce((total, { count }) => total + count, 0),
    isMore: counts.some(({ isMore }) => isMore),
  };
}
