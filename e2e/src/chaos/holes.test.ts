import { describe, expect, it } from '@jest/globals';
import { findHoles } from './holes.js';
import type { Numbered } from './messages.js';

/** A log of one stream with these versions, each with its number. */
const logged = (...versions: readonly number[]) => versions.map((version) => ({ stream: 'counter/a', version }));
const numbers = (...all: readonly number[]): Numbered[] => all.map((n) => ({ key: 'a', n }));

describe('the check of the log', () => {
  it('finds nothing in a log that is whole', () => {
    expect(findHoles(logged(1, 2, 3), numbers(1, 2, 3), numbers(1, 2, 3))).toEqual([]);
  });

  it('tells streams apart', () => {
    const log = [...logged(1), { stream: 'counter/b', version: 1 }, ...logged(2)];
    const data = [...numbers(1), { key: 'b', n: 1 }, ...numbers(2)];
    expect(findHoles(log, data, data)).toEqual([]);
  });

  it('finds a version that is missing in a stream', () => {
    expect(findHoles(logged(1, 3), numbers(1, 3), numbers(1, 3))).toEqual([
      'counter/a has version 3 with 3 where 2 is due',
    ]);
  });

  it('finds a version that comes twice, and what is logged twice', () => {
    expect(findHoles(logged(1, 2, 2), numbers(1, 2, 2), numbers(1, 2))).toEqual([
      'counter/a has version 2 with 2 where 3 is due',
      'the log: a 2 is too much',
    ]);
  });

  it('finds versions in the wrong order, and numbers under the wrong version', () => {
    expect(findHoles(logged(2, 1), numbers(2, 1), numbers(1, 2))).toHaveLength(2);
    expect(findHoles(logged(1, 2), numbers(1, 3), numbers(1, 3))).toHaveLength(1);
  });

  it('finds rows without an event, and events without a row', () => {
    expect(findHoles(logged(1), numbers(1), numbers(1, 2))).toEqual(['the log: a 2 is missing']);
    expect(findHoles(logged(1, 2), numbers(1, 2), numbers(1))).toEqual(['the log: a 2 is too much']);
  });
});
