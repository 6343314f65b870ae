import { describe, expect, it } from '@jest/globals';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRepository, pageOf } from './repository.js';
import { createFolder } from './testing/folder.js';

describe('the page of a repository', () => {
  it.each([
    ['https://github.com/acme/bus.git', 'https://github.com/acme/bus'],
    ['git+https://github.com/acme/bus.git', 'https://github.com/acme/bus'],
    ['https://github.com/acme/bus/', 'https://github.com/acme/bus'],
    ['git@github.com:acme/bus.git', 'https://github.com/acme/bus'],
    ['ssh://git@gitlab.example.com/group/acme/bus.git', 'https://gitlab.example.com/group/acme/bus'],
    ['https://user:secret@github.com/acme/bus', 'https://github.com/acme/bus'],
  ])('is found for %s', (url, page) => {
    expect(pageOf(url)).toBe(page);
  });

  it.each(['/home/ada/bus', '../bus.git', 'file:///home/ada/bus.git', 'bus', ''])('is not found for %p', (url) => {
    expect(pageOf(url)).toBeUndefined();
  });
});

describe('the repository of a workspace', () => {
  /** @param {object} manifest @param {Readonly<Record<string, string>>} env */
  const found = (manifest, env) => {
    const { path, remove } = createFolder();
    try {
      // Without an origin, whatever clone surrounds the folder.
      mkdirSync(join(path, '.git'));
      writeFileSync(join(path, 'package.json'), JSON.stringify(manifest));
      return findRepository(path, env);
    } finally {
      remove();
    }
  };

  it('is what its manifest says', () => {
    expect(found({ repository: 'https://example.com/a/b' }, { GITHUB_REPOSITORY: 'acme/bus' })).toBe(
      'https://example.com/a/b',
    );
    expect(found({ repository: { url: 'git+https://example.com/a/b.git' } }, {})).toBe('https://example.com/a/b');
  });

  it('is that of the workflow that runs', () => {
    expect(found({}, { GITHUB_REPOSITORY: 'acme/bus' })).toBe('https://github.com/acme/bus');
    const own = { GITHUB_SERVER_URL: 'https://git.example.com', GITHUB_REPOSITORY: 'acme/bus' };
    expect(found({}, own)).toBe('https://git.example.com/acme/bus');
  });

  it('is unknown where nothing says it', () => {
    expect(found({}, {})).toBeUndefined();
  });
});
