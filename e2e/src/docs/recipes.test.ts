import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { blocksOf, readPage, workspace } from './pages.js';

const folder = 'e2e/src/recipes';

it.each([
  { page: 'query-builders', libraries: /^(kysely|drizzle).*\.ts$/ },
  { page: 'object-mappers', libraries: /^(prisma|typeorm).*\.ts$/ },
])('$page.md shows each recipe and how it is used', ({ page, libraries }) => {
  const quoted = blocksOf(readPage(`docs/how-to/${page}.md`)).map(({ file }) => file);
  const recipes = readdirSync(join(workspace, folder)).filter((name) => libraries.test(name));
  expect(quoted).toEqual(expect.arrayContaining(recipes.map((name) => `${folder}/${name}`)));
});
