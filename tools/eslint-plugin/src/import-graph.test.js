import { afterAll, expect, it } from '@jest/globals';
import { createImportGraph } from './import-graph.js';
import { createFixture } from './testing/fixture.js';

const workspace = createFixture();
afterAll(workspace.dispose);

const [a, b, c] = ['a.ts', 'b.ts', 'c.ts'].map((name) => workspace.path(`tools/${name}`));
const parse = (/** @type {string} */ text) => [...text.matchAll(/'(.*?)'/g)].map(([, name = '']) => name);

it('finds the shortest path', () => {
  workspace.write('tools/a.ts', `import './b.js'; import './c.js'`);
  workspace.write('tools/b.ts', `import './c.js'`);
  workspace.write('tools/c.ts', '');
  const findPath = createImportGraph();
  expect(findPath(String(a), String(c), parse)).toEqual([a, c]);
  expect(findPath(String(c), String(a), parse)).toBeUndefined();
});

it('reads each file once in a run, and again after a pause, as in an editor', () => {
  workspace.write('tools/a.ts', `import './b.js'`);
  workspace.write('tools/b.ts', '');
  let time = 0;
  const findPath = createImportGraph(() => time);
  expect(findPath(String(a), String(b), parse)).toEqual([a, b]);
  workspace.write('tools/a.ts', '');
  time += 400;
  expect(findPath(String(a), String(b), parse)).toEqual([a, b]);
  time += 600;
  expect(findPath(String(a), String(b), parse)).toBeUndefined();
});
