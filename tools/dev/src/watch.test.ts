import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { until } from './testing.js';
import { watchSources } from './watch.js';

let folder: string;
let edits: string[];
let unwatch: () => void;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'anywise-watch-'));
  write('src/handlers/create.ts');
  write('package.json');
  edits = [];
  unwatch = watchSources([join(folder, 'src'), join(folder, 'package.json')], (path) => edits.push(path));
});

afterEach(() => {
  unwatch();
  rmSync(folder, { recursive: true });
});

function write(path: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), '');
}

/** As most editors save. */
function replace(path: string): void {
  write('saved');
  renameSync(join(folder, 'saved'), join(folder, path));
}

async function nextEdit(): Promise<string> {
  const path = await until('an edit', () => edits.shift());
  return path.slice(folder.length + 1);
}

it('sees a file written, replaced, and replaced again', async () => {
  write('src/handlers/create.ts');
  expect(await nextEdit()).toBe('src/handlers/create.ts');
  replace('src/handlers/create.ts');
  expect(await nextEdit()).toBe('src/handlers/create.ts');
  replace('src/handlers/create.ts');
  expect(await nextEdit()).toBe('src/handlers/create.ts');
});

it('sees what happens in a folder that is new, renamed, or there again', async () => {
  write('src/new/deep/file.ts');
  expect(await nextEdit()).toMatch(/^src\/new/);
  write('src/new/deep/file.ts');
  expect(await nextEdit()).toBe('src/new/deep/file.ts');

  renameSync(join(folder, 'src/new'), join(folder, 'src/renamed'));
  expect(await nextEdit()).toMatch(/^src\/(new|renamed)/);
  write('src/renamed/deep/file.ts');
  expect(await nextEdit()).toBe('src/renamed/deep/file.ts');

  rmSync(join(folder, 'src/handlers'), { recursive: true });
  expect(await nextEdit()).toMatch(/^src\/handlers/);
  write('src/handlers/create.ts');
  expect(await nextEdit()).toMatch(/^src\/handlers/);
  write('src/handlers/create.ts');
  expect(await nextEdit()).toBe('src/handlers/create.ts');
});

it('sees a watched file but not its neighbours, nor tests and the files of editors', async () => {
  for (const path of ['tsconfig.json', 'src/create.test.ts', 'src/.create.ts.swp', 'src/create.ts~']) write(path);
  replace('package.json');
  expect(await nextEdit()).toBe('package.json');
  expect(edits).toEqual([]);
});

it('reports several edits in a row once', async () => {
  for (const name of ['a', 'b', 'c']) write(`src/${name}.ts`);
  expect(await nextEdit()).toBe('src/c.ts');
  write('package.json');
  expect(await nextEdit()).toBe('package.json');
});
