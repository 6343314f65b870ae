import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batchesWithin, countWithin } from './batches.js';

const itself = (bytes: number): number => bytes;
const sum = (items: readonly number[]): number => items.reduce((total, item) => total + item, 0);

describe('items within a number of bytes', () => {
  it.each([
    [[], 0],
    [[4, 4], 2],
    [[4, 4, 4], 2],
    [[11, 1], 1],
    [[1, 11, 1], 1],
    [[10, 1], 1],
    [[0, 0, 10, 0, 1], 4],
  ])('of %p are the first %i', (items, count) => {
    expect(countWithin(items, itself, 10)).toBe(count);
  });

  it('come in batches of which each could take no more, all of them and in order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), fc.nat(20), (items, maxBytes) => {
        const batches = batchesWithin(items, itself, maxBytes);
        expect(batches.flat()).toEqual(items);
        for (const [at, batch] of batches.entries()) {
          expect(batch.length === 1 || sum(batch) <= maxBytes).toBe(true);
          const [next] = batches[at + 1] ?? [];
          expect(next === undefined || sum(batch) + next > maxBytes).toBe(true);
        }
      }),
    );
  });
});
