import { describe, expect, it } from '@jest/globals';
import type { InboxEntry } from '../ports/inbox.js';
import { beginWith, countFitting } from './arrivals.js';

const batches = new Map([['bulk', { max: 3, waitMs: 0 }]]);
const ready = new Set(['bulk']);

const entries = (...all: readonly (readonly [listener: string, key?: string])[]): InboxEntry[] =>
  all.map(([listener, key], n) => ({ listener, key, source: '/s', id: `${n}`, type: 't', json: '{}' }));

describe('what is taken in at once', () => {
  it('needs a place for each message, and one for a batch', () => {
    const all = entries(['one'], ['bulk'], ['bulk'], ['one'], ['one']);
    expect(countFitting(all, 3, batches, ready)).toBe(4);
  });

  it('has no more messages of a batch than it may have if it begins at once', () => {
    const all = entries(['bulk'], ['bulk'], ['bulk'], ['bulk']);
    expect(countFitting(all, 9, batches, ready)).toBe(3);
    expect(countFitting(all, 9, batches, new Set())).toBe(4);
  });
});

describe('the batches that begin with what arrives', () => {
  it('are those of listeners that are ready', () => {
    const all = entries(['bulk', 'a'], ['bulk', 'a']);
    expect(beginWith(all, batches, ready)).toEqual(new Map([['bulk', 2]]));
    expect(beginWith(all, batches, new Set())).toEqual(new Map());
  });

  it('do not begin with more than they may have', () => {
    expect(beginWith(entries(['bulk'], ['bulk'], ['bulk'], ['bulk']), batches, ready)).toEqual(new Map());
  });

  it('among messages for others, do not begin with two of a key: only the first could be claimed', () => {
    const others = entries(['one'], ['bulk', 'a'], ['bulk', 'b']);
    expect(beginWith(others, batches, ready)).toEqual(new Map([['bulk', 2]]));
    const twice = entries(['one'], ['bulk', 'a'], ['bulk', 'a']);
    expect(beginWith(twice, batches, ready)).toEqual(new Map());
  });
});
