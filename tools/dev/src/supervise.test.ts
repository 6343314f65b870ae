import { expect, it } from '@jest/globals';
import { restartDelay } from './supervise.js';

it.each([
  [0, 0],
  [1, 100],
  [2, 200],
  [6, 3200],
  [7, 5000],
  [5000, 5000],
])('after %i quick deaths in a row, waits %i ms', (quickDeaths, waitMs) => {
  expect(restartDelay(quickDeaths)).toBe(waitMs);
});
