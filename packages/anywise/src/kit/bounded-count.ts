import type { BoundedCount } from '../core/ports/bounded-count.js';

/**
 * What is said of a number that was counted up to `limit`.
 *
 * @param found up to `limit` exactly, and above it anything.
 */
export function boundedCount(found: number, limit: number): BoundedCount {
  return found > limit ? { count: limit, isMore: true } : { count: found, isMore: false };
}
