import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { blocksOf, readPage, workspace } from './pages.js';

const folder = 'e2e/src/recipes';

it('query-builders.md shows each recipe and how it is used', () => {
  const quoted = blocksOf(readPage('docs/how-to/query-builders.md')).map(({ file }) => file);
  const recipes = readdirSync(join(workspace, folder)).filter((name) => /^(kysely|drizzle)/.test(name));
  expect(quoted).toEqual(expect.arrayContaining(recipes.map((name) => `${folder}/${name}`)));
});
