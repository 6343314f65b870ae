import { describe, expect, it } from '@jest/globals';
import { compareEffects } from './effects.js';
import type { Numbered } from './messages.js';

const of = (key: string, ...all: readonly number[]): Numbered[] => all.map((n) => ({ key, n }));
const none = { lost: [], duplicate: [], disordered: [] };

describe('the check of effects', () => {
  it('finds nothing where each is there once and in order, among others that are not due', () => {
    expect(compareEffects('fast', [...of('a', 1, 2), ...of('b', 1), ...of('a', 4)], of('a', 1, 4))).toEqual(none);
  });

  it('finds one that is missing', () => {
    expect(compareEffects('fast', of('a', 1, 3), of('a', 1, 2, 3))).toEqual({ ...none, lost: ['fast: a 2'] });
  });

  it('finds one that is there twice', () => {
    const found = compareEffects('fast', of('a', 1, 2, 1), of('a', 1, 2));
    expect(found).toEqual({ ...none, duplicate: ['fast: a 1'] });
  });

  it('finds one that came after a later one of its key', () => {
    const found = compareEffects('fast', of('a', 2, 1), of('a', 1, 2));
    expect(found).toEqual({ ...none, disordered: ['fast: a 1 after 2'] });
  });
});
