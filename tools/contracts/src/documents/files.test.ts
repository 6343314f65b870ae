import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { outdated, write } from './files.js';

it('tells which files differ, are missing or are not meant to be there, and mends them', () => {
  const root = mkdtempSync(join(tmpdir(), 'anywise-files-'));
  try {
    const files = new Map([
      ['docs/api/a.json', 'a\n'],
      ['docs/api/b.json', 'b\n'],
    ]);
    expect(outdated(root, files, 'docs/api')).toEqual(['docs/api/a.json', 'docs/api/b.json']);
    write(root, files, 'docs/api');
    expect(outdated(root, files, 'docs/api')).toEqual([]);
    writeFileSync(join(root, 'docs/api/a.json'), 'other\n');
    writeFileSync(join(root, 'docs/api/gone.json'), 'of a service that is gone\n');
    writeFileSync(join(root, 'docs/api/README.md'), 'of a person\n');
    expect(outdated(root, files, 'docs/api')).toEqual(['docs/api/a.json', 'docs/api/gone.json']);
    write(root, files, 'docs/api');
    expect(outdated(root, files, 'docs/api')).toEqual([]);
    expect(readFileSync(join(root, 'docs/api/README.md'), 'utf8')).toBe('of a person\n');
    expect(existsSync(join(root, 'docs/api/gone.json'))).toBe(false);
  } finally {
    rmSync(root, { recursive: true });
  }
});
