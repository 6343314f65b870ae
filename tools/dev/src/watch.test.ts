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

/** Saves as most editors do. */
function replace(path: string): void {
  write('saved');
  renameSync(join(folder, 'saved'), join(folder, path));
}

/** Resolves when a matching edit is reported. Skips edits that a slow machine reports twice. */
async function untilEdit(pattern: RegExp): Promise<void> {
  await until(`an edit of ${String(pattern)}`, () =>
    edits.splice(0).find((path) => pattern.test(path.slice(folder.length + 1))),
  );
}

it('sees a file written, replaced, and replaced again', async () => {
  write('src/handlers/create.ts');
  await untilEdit(/^src\/handlers\/create.ts$/);
  replace('src/handlers/create.ts');
  await untilEdit(/^src\/handlers\/create.ts$/);
  replace('src/handlers/create.ts');
  await untilEdit(/^src\/handlers\/create.ts$/);
});

it('sees changes in a folder that is new, renamed or restored', async () => {
  write('src/new/deep/file.ts');
  await untilEdit(/^src\/new/);
  write('src/new/deep/file.ts');
  await untilEdit(/^src\/new\/deep\/file.ts$/);

  renameSync(join(folder, 'src/new'), join(folder, 'src/renamed'));
  await untilEdit(/^src\/(new|renamed)/);
  write('src/renamed/deep/file.ts');
  await untilEdit(/^src\/renamed\/deep\/file.ts$/);

  rmSync(join(folder, 'src/handlers'), { recursive: true });
  await untilEdit(/^src\/handlers/);
  write('src/handlers/create.ts');
  await untilEdit(/^src\/handlers/);
  write('src/handlers/create.ts');
  await untilEdit(/^src\/handlers\/create.ts$/);
});

it('sees a watched file, but no other files beside it, no tests and no files of editors', async () => {
  for (const path of ['tsconfig.json', 'src/create.test.ts', 'src/.create.ts.swp', 'src/create.ts~']) write(path);
  replace('package.json');
  const first = await until('an edit', () => edits[0]);
  expect(new Set([first, ...edits])).toEqual(new Set([join(folder, 'package.json')]));
});

it('reports several edits in a row once', async () => {
  unwatch();
  unwatch = watchSources([join(folder, 'src')], (path) => edits.push(path), 2_000);
  for (const name of ['a', 'b', 'c']) write(`src/${name}.ts`);
  await until('an edit', () => edits[0]);
  expect(edits).toEqual([join(folder, 'src/c.ts')]);
});
