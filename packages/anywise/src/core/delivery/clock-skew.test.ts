import { expect, it } from '@jest/globals';
import { clockSkew } from './clock-skew.js';

it.each([
  ['an equal clock', 1_005, 0],
  ['a clock that is ahead', 400, 600],
  ['a clock that is behind', 9_000, -7_990],
])('tells %s, and takes no waiting for skew', (_what, at, skew) => {
  expect(clockSkew(at, 1_000, 1_010)).toBe(skew);
});
