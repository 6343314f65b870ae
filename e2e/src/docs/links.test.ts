import { describe, expect, it } from '@jest/globals';
import { brokenLinks } from './links.js';
import { readPages } from './pages.js';

describe('links', () => {
  it.each(readPages())('of $path lead to what is there', (page) => {
    expect(brokenLinks(page)).toEqual([]);
  });

  it('to a missing file or heading are found', () => {
    const text = '# One\n[a](#one) [b](#two) [c](README.md) [d](nowhere.md) [e](https://example.com)';
    expect(brokenLinks({ path: 'page.md', text })).toEqual(['#two', 'nowhere.md']);
  });
});
