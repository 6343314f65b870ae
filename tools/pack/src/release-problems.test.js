import { expect, it } from '@jest/globals';
import { releaseProblems } from './release-problems.js';

const ready = {
  repository: 'https://github.com/acme/bus',
  edited: '',
  changelog: '# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-11-27\n\n### Added\n\n- A bus.\n',
  manifests: [
    { name: 'one', version: '0.2.0' },
    { name: 'two', version: '0.2.0' },
  ],
};

it('lets a release go that has all it needs', () => {
  expect(releaseProblems(ready)).toEqual([]);
});

it.each([
  ['without a repository', { repository: undefined }, 'No repository is known'],
  ['with edits', { edited: ' M README.md' }, 'These are not committed:\n M README.md'],
  ['that the changelog does not tell of', { changelog: '# Changelog\n' }, 'CHANGELOG.md says nothing of 0.2.0.'],
  [
    'of two versions at once',
    { manifests: [...ready.manifests, { name: 'three', version: '0.1.0' }] },
    'The packages have different versions: 0.2.0, 0.1.0.',
  ],
])('holds a release back %s', (_, change, problem) => {
  expect(releaseProblems({ ...ready, ...change })).toEqual([expect.stringContaining(problem)]);
});
