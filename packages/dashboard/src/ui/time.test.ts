import { describe, expect, it } from '@jest/globals';
import { clock, duration, isoTime, preciseClock } from './time.js';
import { count, firstLine, many, number, rate } from './words.js';

const now = Date.UTC(2026, 10, 24, 3, 12, 7, 45);

it.each([
  [-5, '0 ms'],
  [0, '0 ms'],
  [999, '999 ms'],
  [12_900, '12 s'],
  [21 * 60_000 + 59_000, '21 min'],
  [3_600_000, '1 h'],
  [3 * 3_600_000 + 5 * 60_000, '3 h 5 min'],
  [52 * 3_600_000, '2 d 4 h'],
])('%d ms are %s', (ms, text) => expect(duration(ms)).toBe(text));

describe('a time', () => {
  it('is told without its day today, and with it on another', () => {
    expect(clock(now, now)).toBe('03:12:07');
    expect(clock(now - 4 * 3_600_000, now)).toBe('23 Nov 23:12:07');
    expect(preciseClock(now)).toBe('03:12:07.045');
  });

  it.each([NaN, Infinity, 8.64e15 + 1])('that no calendar has is a dash: %d', (at) => {
    expect([clock(at, now), preciseClock(at), isoTime(at)]).toEqual(['–', '–', '']);
  });
});

it('tells numbers as people read them', () => {
  expect([number(1_204), number(12), number(1_000_000)]).toEqual(['1\u202f204', '12', '1\u202f000\u202f000']);
  expect(count({ count: 1_000, isMore: true })).toBe('1\u202f000+');
  expect([many(1, 'message'), many(2, 'message'), many(0, 'query', 'queries')]).toEqual([
    '1 message',
    '2 messages',
    '0 queries',
  ]);
  expect([rate(0), rate(0.44), rate(37.6)]).toEqual(['0', '0.4', '38']);
  expect([firstLine('one\ntwo'), firstLine('abc', 2)]).toEqual(['one', 'ab…']);
});
