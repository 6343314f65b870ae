import { expect, it } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keep, restore } from './originals.js';
import { createFolder } from './testing/folder.js';

it('puts back what it kept, and does nothing a second time', () => {
  const { path, remove } = createFolder();
  try {
    const file = join(path, 'package.json');
    writeFileSync(file, 'ours');
    keep(path, ['package.json']);
    writeFileSync(file, 'theirs');
    restore(path);
    expect(readFileSync(file, 'utf8')).toBe('ours');
    expect(existsSync(join(path, '.packing'))).toBe(false);
    writeFileSync(file, 'edited');
    restore(path);
    expect(readFileSync(file, 'utf8')).toBe('edited');
  } finally {
    remove();
  }
});
