import { describe, expect, it } from '@jest/globals';
import { compileExamples, moduleOf } from './examples.js';
import { readPages } from './pages.js';

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

  it('imports as a value what one of its blocks needs as one', () => {
    const types = page('```ts', "import type { A } from 'x';", '```', '```ts', "import { A } from 'x';", '```');
    expect(moduleOf(types).split('\n').filter(Boolean)).toEqual(["import { A } from 'x';", 'export {};']);
  });

  it('leaves out what is marked as wrong', () => {
    expect(moduleOf(page('```ts wrong', 'const a: number = "";', '```'))).not.toContain('const');
  });

  it('names the page and the line that do not compile', async () => {
    expect(await compileExamples([page('# Title', '', '```ts', "const a: number = '';", '```')])).toEqual([
      "page.md:4:7 TS2322: Type 'string' is not assignable to type 'number'.",
    ]);
  });

  it('compiles', async () => {
    expect(await compileExamples(readPages())).toEqual([]);
  });
});
