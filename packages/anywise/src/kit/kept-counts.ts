import { defaultCountLimit, type BoundedCount } from '../core/ports/bounded-count.js';
import type { StoreCounts } from '../core/ports/store-view.js';

/** What a view has counted last: those who may have it a little old share it. */
export class KeptCounts {
  readonly #count: (limit: number) => Promise<StoreCounts>;
  #last: { readonly counts: StoreCounts; readonly limit: number; readonly takenAt: number } | undefined;

  constructor(count: (limit: number) => Promise<StoreCounts>) {
    this.#count = count;
  }

  /** @param maxAgeMs how old they may be; 0 for new ones. */
  async read(limit = defaultCountLimit, maxAgeMs = 0): Promise<StoreCounts> {
    const last = this.#last;
    const takenAt = performance.now();
    const isRecent = last !== undefined && takenAt - last.takenAt < maxAgeMs;
    if (isRecent && (limit <= last.limit || isExact(last.counts))) return last.counts;
    const counts = await this.#count(limit);
    this.#last = { counts, limit, takenAt };
    return counts;
  }
}

/** Whether nothing was left uncounted: then it does not matter how far it was to be counted. */
function isExact({ inbox, outbox }: StoreCounts): boolean {
  const counts: readonly BoundedCount[] = [
    ...[inbox, ...inbox.listeners].flatMap(({ waiting, running, dead }) => [waiting, running, dead]),
    ...[outbox.waiting, outbox.scheduled, outbox.parked],
  ];
  return counts.every(({ isMore }) => !isMore);
}
