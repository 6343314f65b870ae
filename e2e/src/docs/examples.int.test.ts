import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compileExamples, moduleOf } from './examples.js';
import { readPages, workspace } from './pages.js';

const page = (...lines: string[]) => ({ path: 'page.md', text: lines.join('\n') });

describe('the TypeScript of a page', () => {
  it('becomes one module, each line where it is on the page', () => {
    const text = page('# Title', '```ts', 'const a = 1;', '```', 'prose', '```ts', 'const b = a;', '```');
    expect(moduleOf(text)).toBe('\n\nconst a = 1;\n\n\n\nconst b = a;\n\nexport {};\n');
  });

  it('has each import once, and none of what the page declares', () => {
    const text = page('```ts', "import { a, b } from 'x';", 'const c = a;', '```')
      .text.concat('\n')
      .concat(page('```ts', "import { a, c, d } from 'x';", '```').text);
    expect(moduleOf({ path: 'page.md', text }).split('\n').filter(Boolean)).toEqual([
      "import { a, b } from 'x';",
      'const c = a;',
      "import { d } from 'x';",
      'export {};',
    ]);
  });

  it('imports as a value what one of its blocks uses as a value', () => {
    const types = page('```ts', "import type { A } from 'x';", '```', '```ts', "import { A } from 'x';", '```');
    expect(moduleOf(types).split('\n').filter(Boolean)).toEqual(["import { A } from 'x';", 'export {};']);
  });

  it.each([
    ['what is marked as wrong', '```ts wrong', 'const a: number = "";'],
    ['what quotes a file', '```ts', '// e2e/a.ts\nconst a: number = "";'],
  ])('leaves out %s', (_what, fence, code) => {
    expect(moduleOf(page(fence, code, '```'))).not.toContain('const');
  });

  it.each(['```ts new', '```ts add'])('contains what the reader writes: %s', (fence) => {
    const text = page(fence, '// e2e/a/b.ts', "import { c } from '../c.js';", '```');
    expect(moduleOf(text)).toContain(`import { c } from '${join(workspace, 'e2e/c.js')}';`);
  });

  it('names the page and the line that do not compile', async () => {
    expect(await compileExamples([page('# Title', '', '```ts', "const a: number = '';", '```')])).toEqual([
      "page.md:4:7 TS2322: Type 'string' is not assignable to type 'number'.",
    ]);
  });

  it('compiles', async () => {
    // That page is compiled in the files that it changes, by a test of its own.
    const pages = readPages().filter(({ path }) => path !== 'docs/getting-started.md');
    expect(await compileExamples(pages)).toEqual([]);
  });
});
