import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { StoreCounts } from '../core/ports/store-view.js';
import { boundedCount } from './bounded-count.js';
import { KeptCounts } from './kept-counts.js';

let now = 0;
beforeEach(() => {
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** Counts of a store in which so many wait, and how far each was counted. */
function counted(waiting: number) {
  const limits: number[] = [];
  const none = boundedCount(0, 1);
  const kept = new KeptCounts(async (limit): Promise<StoreCounts> => {
    limits.push(limit);
    const inbox = { waiting: boundedCount(waiting, limit), running: none, dead: none, oldestMs: 0, listeners: [] };
    const outbox = { waiting: none, scheduled: none, parked: none, oldestMs: 0 };
    return { at: now, inbox, outbox, lastSeq: { inbox: 0, outbox: 0 } };
  });
  return { kept, limits };
}

it('counts anew for those who want it new', async () => {
  const { kept, limits } = counted(3);
  await kept.read();
  await kept.read();
  expect(limits).toEqual([1_000, 1_000]);
});

it('shares what was counted exactly with all who may have it so old, however far they would count', async () => {
  const { kept, limits } = counted(3);
  await kept.read();
  now += 900;
  expect((await kept.read(10_000, 1_000)).at).toBe(now - 900);
  now += 100;
  await kept.read(10_000, 1_000);
  expect(limits).toEqual([1_000, 10_000]);
});

it('shares what was not counted to its end with those who would count no further', async () => {
  const { kept, limits } = counted(1_000_000);
  await kept.read(1_000);
  await kept.read(10_000, 1_000);
  await kept.read(1_000, 1_000);
  expect(limits).toEqual([1_000, 10_000]);
});
