import type { StoreCounts } from 'anywise';

/** Messages a second. */
export interface Rates {
  /** Taken in by listeners. */
  readonly in: number;
  /** Published or enqueued. */
  readonly out: number;
}

/** What the last numbers of inbox and outbox grew by; `undefined` if no time has passed. */
export function ratesBetween(before: StoreCounts, after: StoreCounts): Rates | undefined {
  const seconds = (after.at - before.at) / 1_000;
  if (seconds <= 0) return undefined;
  const rate = (part: 'inbox' | 'outbox'): number =>
    Math.max(0, (after.lastSeq[part] - before.lastSeq[part]) / seconds);
  return { in: rate('inbox'), out: rate('outbox') };
}
