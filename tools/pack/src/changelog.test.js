import { describe, expect, it } from '@jest/globals';
import { notesOf, withRelease } from './changelog.js';

const changelog = `# Changelog

## [Unreleased]

### Added

- A bus.

## [0.1.0] - 2026-01-01

### Fixed

- Nothing.
`;

describe('the changelog at a release', () => {
  const released = withRelease(changelog, { version: '0.2.0', date: '2026-11-27' });

  it('has the version, its date, and a new list', () => {
    expect(released).toBe(changelog.replace('## [Unreleased]\n', '## [Unreleased]\n\n## [0.2.0] - 2026-11-27\n'));
  });

  it('tells what changed in a version', () => {
    expect(notesOf(released, '0.2.0')).toBe('### Added\n\n- A bus.');
    expect(notesOf(released, '0.1.0')).toBe('### Fixed\n\n- Nothing.');
    expect(notesOf(released, '0.3.0')).toBeUndefined();
  });

  it.each([
    ['says nothing of it', released, '0.3.0', 'The changelog says nothing of this release.'],
    ['has the version', changelog, '0.1.0', 'The changelog has `0.1.0` already.'],
    ['has no list', '# Changelog\n', '0.2.0', 'The changelog has no `## [Unreleased]`.'],
  ])('is refused if it %s', (_, text, version, message) => {
    expect(() => withRelease(text, { version, date: '2026-11-27' })).toThrow(message);
  });
});
