import { expect, it } from '@jest/globals';
import { deadGroupsOf, groupedLetters, type GroupedLetter } from './dead-groups.js';

function letters(listener: string, count: number, error = 'The ledger answered 503.'): GroupedLetter[] {
  return Array.from({ length: count }, (_, index) => ({
    listener,
    type: 'test.happened',
    error,
    holdsUp: 'nothing',
    diedAt: index + 1,
  }));
}

it('counts up to its limit, and says that there are more', () => {
  const [group] = deadGroupsOf(letters('a', groupedLetters + 1), 10);
  expect(group?.count).toEqual({ count: groupedLetters, isMore: true });
  expect([group?.firstAt, group?.lastAt]).toEqual([1, groupedLetters + 1]);
});

it('counts exactly what fits', () => {
  const [group] = deadGroupsOf(letters('a', groupedLetters), 10);
  expect(group?.count).toEqual({ count: groupedLetters, isMore: false });
});

it('gives each of very many listeners some letters', () => {
  const all = Array.from({ length: 200 }, (_, index) => letters(`listener${index}`, 21)).flat();
  const groups = deadGroupsOf(all, 1_000);
  expect(groups).toHaveLength(200);
  expect(new Set(groups.map(({ count }) => JSON.stringify(count)))).toEqual(new Set(['{"count":20,"isMore":true}']));
});
