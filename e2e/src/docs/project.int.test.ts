import { expect, it } from '@jest/globals';
import { compileFiles } from './examples.js';
import { readPages } from './pages.js';
import { projectOf } from './project.js';

/** The files of all projects, each project in a folder that is named after its page. */
const files = new Map(
  readPages().flatMap((page) => [...projectOf(page)].map(([path, text]) => [`${page.path}/${path}`, text] as const)),
);

it('the files of a page compile when each is saved under its name', async () => {
  expect([...files.keys()]).toContain('docs/how-to/http-routes.md/src/app.ts');
  expect(await compileFiles(files)).toEqual([]);
}, 120_000);
