import { describe, expect, it } from '@jest/globals';
import { readPages } from './pages.js';

const all = [1, 2, 3, 4, 5].map((seq) => ({ seq }));

/** A list whose pages have two items at most. */
function pageOfTwo(asked: number[]) {
  return async (limit: number, after = 0) => {
    asked.push(limit);
    return all.filter(({ seq }) => seq > after).slice(0, Math.min(limit, 2));
  };
}

describe('pages that are shorter than the limit', () => {
  it.each([
    ['as many as requested', { limit: 3 }, [1, 2, 3], [3, 1]],
    ['those after a number', { limit: 2, after: 3 }, [4, 5], [2]],
    ['all, if there are fewer', { limit: 9 }, [1, 2, 3, 4, 5], [9, 7, 5, 4]],
  ])('are read on, for %s', async (_what, options, found, limits) => {
    const asked: number[] = [];
    expect((await readPages(pageOfTwo(asked), options)).map(({ seq }) => seq)).toEqual(found);
    expect(asked).toEqual(limits);
  });
});
