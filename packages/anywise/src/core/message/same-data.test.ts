import { isDeepStrictEqual } from 'node:util';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSameData } from './same-data.js';

it('agrees with Node about all that JSON can say', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      expect(isSameData(one, structuredClone(one))).toBe(true);
      expect(isSameData(one, other)).toBe(isDeepStrictEqual(one, other));
    }),
  );
});

it.each([
  [{ a: 1, b: [1] }, { b: [1], a: 1 }, true],
  [{ a: undefined }, {}, false],
  [[1, 2], [1], false],
  [{ 0: 1 }, [1], false],
  [0, -0, false],
  [Number.NaN, Number.NaN, true],
  [null, {}, false],
])('%p and %p: %p', (one, other, same) => {
  expect(isSameData(one, other)).toBe(same);
});

it('takes two of anything else for two', () => {
  expect(isSameData(new Date(0), new Date(0))).toBe(false);
  expect(isSameData(new Map(), new Map())).toBe(false);
});
