import type { BoundedCount } from '../core/ports/bounded-count.js';

/** A count for people: `1000+` where there are more than were counted. */
export function countText({ count, isMore }: BoundedCount): string {
  return isMore ? `${count}+` : String(count);
}
