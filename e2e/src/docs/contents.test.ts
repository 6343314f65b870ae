import { describe, expect, it } from '@jest/globals';
import { dirname, join } from 'node:path';
import { linksOf } from './links.js';
import { markdownIn, readPage } from './pages.js';

const index = readPage('docs/README.md');

/** The files that the index leads to, from the workspace. */
const listed = new Set(linksOf(index).map((target) => join(dirname(index.path), target.replace(/#.*/, ''))));

describe('the index of the documentation', () => {
  it.each(markdownIn('docs').filter((path) => path !== index.path))('lists %s', (path) => {
    expect(listed).toContain(path);
  });

  it('is linked from the README', () => {
    expect(linksOf(readPage('README.md'))).toContain('docs/README.md');
  });
});
