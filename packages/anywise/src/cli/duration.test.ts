import { describe, expect, it } from '@jest/globals';
import { readDuration, writeDuration } from './duration.js';

describe('a duration', () => {
  it.each([
    { text: '90s', ms: 90_000 },
    { text: '10m', ms: 600_000 },
    { text: '2h', ms: 7_200_000 },
    { text: '7d', ms: 604_800_000 },
    { text: '0s', ms: 0 },
  ])('is read from `$text`', ({ text, ms }) => {
    expect(readDuration(text)).toBe(ms);
  });

  it.each(['10', 'm', '10 m', '1.5h', '-1m', '10w', '1h30m', ''])('is not read from `%s`', (text) => {
    expect(readDuration(text)).toBeUndefined();
  });

  it.each([
    { ms: 0, text: '0s' },
    { ms: 999, text: '0s' },
    { ms: 59_999, text: '59s' },
    { ms: 60_000, text: '1m' },
    { ms: 3 * 3_600_000 + 1, text: '3h' },
    { ms: 40 * 86_400_000, text: '40d' },
    { ms: -5_000, text: '0s' },
  ])('of $ms ms is written `$text`', ({ ms, text }) => {
    expect(writeDuration(ms)).toBe(text);
  });
});
