import type { Sight } from '../data/snapshots.js';

/** The header by which a page that refreshes itself says what it shows. */
export const seenHeader = 'anywise-seen';

/** The name of what was seen, for that header. */
export function seenName({ snapshot }: Sight): string {
  return String(snapshot.takenAt);
}
