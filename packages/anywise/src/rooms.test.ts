import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { cyclesOf, importGraph, importsOf, sourceFiles, src } from './test-support/imports.js';
import { roomsTable } from './test-support/rooms-table.js';
import { rooms, type Room } from './test-support/rooms.js';

const architecture = readFileSync(join(src, '../../../docs/architecture.md'), 'utf8');
const files = sourceFiles();

function roomOf(file: string): Room | undefined {
  return rooms.find(({ folder }) => file.startsWith(`${folder}/`));
}

function foldersIn(folder: string): string[] {
  const entries = readdirSync(join(src, folder), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}

/** Imports that the table does not allow, one text each. */
function trespassesOf(room: Room): string[] {
  const own = files.filter((file) => roomOf(file) === room);
  return own.flatMap((file) =>
    importsOf(file).flatMap(({ what, isFile, isLazy }) => {
      const target = isFile ? roomOf(what) : room;
      const allowed = isLazy ? [...room.imports, ...(room.loads ?? [])] : room.imports;
      return target === room || (target !== undefined && allowed.includes(target.name)) ? [] : [`${file} → ${what}`];
    }),
  );
}

describe('the rooms of the source', () => {
  it('are all in the table', () => {
    const folders = [...foldersIn('.').filter((folder) => folder !== 'core'), ...foldersIn('core')];
    expect(rooms.map(({ folder }) => folder).sort()).toEqual(
      folders.filter((folder) => folder !== 'test-support').sort(),
    );
  });

  it('hold every file but the root’s index', () => {
    expect(files.filter((file) => roomOf(file) === undefined)).toEqual(['index.ts']);
  });

  it.each(rooms)('let $folder import only what the table allows', (room) => {
    expect(trespassesOf(room)).toEqual([]);
  });

  it('have no files that import each other in a circle', () => {
    expect(cyclesOf(importGraph(files))).toEqual([]);
  });

  it('are described in docs/architecture.md', () => {
    const flat = (text: string): string => text.replace(/ +|-{3,}/g, ' ');
    expect(flat(architecture)).toContain(flat(roomsTable()));
  });
});

describe('the search for circles', () => {
  it('finds each group of files that reach each other', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'd']],
      ['c', ['b']],
      ['d', ['e']],
      ['e', ['f']],
      ['f', ['d']],
      ['g', ['a', 'f']],
    ]);
    expect(cyclesOf(graph)).toEqual([
      ['d', 'e', 'f'],
      ['b', 'c'],
    ]);
  });
});
