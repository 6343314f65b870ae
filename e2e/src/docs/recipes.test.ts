import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { blocksOf, readPage, workspace } from './pages.js';

const folder = 'e2e/src/recipes';
const page = readPage('docs/how-to/query-builders.md');

/** The files that the page shows, by the paths in the first lines of its blocks. */
const shown = new Map(
  blocksOf(page).flatMap(({ lines: [first = '', ...lines] }) =>
    first.startsWith(`// ${folder}/`) ? [[first.slice('// '.length), `${lines.join('\n')}\n`] as const] : [],
  ),
);

it('query-builders.md shows each recipe and how it is used', () => {
  const recipes = readdirSync(join(workspace, folder)).filter((name) => /^(kysely|drizzle)/.test(name));
  expect([...shown.keys()].sort()).toEqual(recipes.map((name) => `${folder}/${name}`).sort());
});

it.each([...shown])('query-builders.md shows %s as the tests run it', (path, text) => {
  expect(text).toBe(readFileSync(join(workspace, path), 'utf8'));
});
