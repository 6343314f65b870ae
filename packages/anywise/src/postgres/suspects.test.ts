import { expect, it } from '@jest/globals';
import { Suspects } from './suspects.js';

it('counts a responder as gone once it has been missed for two seconds', () => {
  const suspects = new Suspects();
  suspects.miss(['a'], 100);
  expect(suspects.goneAt(100)).toEqual([]);
  suspects.miss(['a', 'b'], 1_100);
  expect(suspects.goneAt(2_099)).toEqual([]);
  expect(suspects.goneAt(2_100)).toEqual(['a']);
  expect(suspects.goneAt(3_100)).toEqual(['a', 'b']);
});

it('begins anew with one that was seen in between', () => {
  const suspects = new Suspects();
  suspects.miss(['a', 'b'], 100);
  suspects.miss(['b'], 1_000);
  suspects.miss(['a', 'b'], 2_000);
  expect(suspects.goneAt(3_000)).toEqual(['b']);
});
