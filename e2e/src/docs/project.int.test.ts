import { expect, it } from '@jest/globals';
import { compileFiles } from './examples.js';
import { readPages } from './pages.js';
import { projectOf } from './project.js';

const projects = readPages()
  .map((page) => ({ path: page.path, files: projectOf(page) }))
  .filter(({ files }) => files.size > 0);

it.each(projects)('the files of $path compile when each is saved under its name', async ({ files }) => {
  expect(await compileFiles(files)).toEqual([]);
});
