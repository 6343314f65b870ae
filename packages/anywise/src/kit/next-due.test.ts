import { describe, expect, it } from '@jest/globals';
import { searchAgainIn, soonest } from './next-due.js';

describe('an inbox in which nothing can be claimed', () => {
  it.each<[string, number | undefined, boolean, number | undefined]>([
    ['is searched again only after a commit, where nothing waits for a time', undefined, false, undefined],
    ['is searched again when the first message is due', 60_000, false, 60_000],
    ['is searched again within a second while others run, one of which may die', undefined, true, 1_000],
    [
      'is searched again within a second while others run, although the first message is due later',
      60_000,
      true,
      1_000,
    ],
    ['is searched again when the first message is due, if that is sooner', 200, true, 200],
  ])('%s', (_what, dueInMs, othersRun, searchedIn) => {
    expect(searchAgainIn(dueInMs, othersRun)).toBe(searchedIn);
  });
});

describe('the soonest of several times', () => {
  it.each<[string, readonly number[], number | undefined]>([
    ['is none where there are none', [], undefined],
    ['is the least, wherever it stands', [30, 10, 20], 10],
    ['may be now', [5, 0], 0],
  ])('%s', (_what, times, least) => {
    expect(soonest(times)).toBe(least);
  });
});
