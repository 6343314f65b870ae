import { describe, expect, it } from '@jest/globals';
import { brokenLinks, misnamedLinks } from './links.js';
import { readPages } from './pages.js';

describe('links', () => {
  it.each(readPages())('of $path lead to what is there', (page) => {
    expect(brokenLinks(page)).toEqual([]);
  });

  it.each(readPages())('of $path are named after the file they lead to', (page) => {
    expect(misnamedLinks(page)).toEqual([]);
  });

  it('to a missing file or heading are found', () => {
    const text = '# One\n[a](#one) [b](#two) [c](README.md) [d](nowhere.md) [e](https://example.com)';
    expect(brokenLinks({ path: 'page.md', text })).toEqual(['#two', 'nowhere.md']);
  });

  it('with the name of another file are found', () => {
    const text =
      '[`a/b.ts`](src/a/b.ts) [`b.ts`](src/a/b.ts) [`b.ts`](src/a/c.ts) [`a/b.ts`](src/ba/b.ts) [b.ts](c.ts)';
    expect(misnamedLinks({ path: 'page.md', text })).toEqual(['b.ts: src/a/c.ts', 'a/b.ts: src/ba/b.ts']);
  });
});
