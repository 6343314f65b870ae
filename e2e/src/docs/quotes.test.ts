import { describe, expect, it } from '@jest/globals';
import { readPages } from './pages.js';
import { misquotes } from './quotes.js';

describe('the blocks that name a file', () => {
  it.each(readPages())('of $path show what is in it', (page) => {
    expect(misquotes(page)).toEqual([]);
  });
});

describe('a block that names a file', () => {
  const file = ['import { a } from "a";', '', 'export function b() {', '  a();', '  return a;', '}', ''].join('\n');
  const problemsOf = (fence: string, ...lines: string[]) => {
    const text = ['# Title', fence, '// e2e/b.ts', ...lines, '```'].join('\n');
    return misquotes({ path: 'page.md', text }, (path) => (path === 'e2e/b.ts' ? file : undefined));
  };

  it.each([
    ['all of it', ['import { a } from "a";', '', 'export function b() {', '  a();', '  return a;', '}']],
    ['its beginning', ['import { a } from "a";', '// …']],
    ['its end', ['// …', '  return a;', '}']],
    ['its middle', ['// …', 'export function b() {', '  // …']],
    ['its beginning and end', ['import { a } from "a";', '// …', '}']],
    ['three parts', ['import { a } from "a";', '', '// …', '  a();', '  // …', '}']],
    ['nothing', ['// …']],
  ])('may quote %s', (_part, lines) => {
    expect(problemsOf('```ts', ...lines)).toEqual([]);
  });

  it.each([
    ['a line that is not there', ['import { a } from "a";', '// …', '  a(1);', '// …'], 'a(1);'],
    ['what is left out without a mark', ['import { a } from "a";', '', '  a();', '// …'], 'a();'],
    ['an end that is left out without a mark', ['// …', '  a();'], ''],
    ['other indentation', ['// …', 'a();', '// …'], 'a();'],
    ['another order', ['// …', '  return a;', '// …', '  a();', '// …'], 'a();'],
    ['a gap where nothing is left out', ['// …', '  return a;', '// …', '}'], '}'],
    ['more than there is', ['// …', '}', 'b();'], 'b();'],
  ])('may not show %s', (_what, lines, wrong) => {
    expect(problemsOf('```ts', ...lines)).toEqual([
      `page.md:3 does not quote \`e2e/b.ts\`: \`${wrong}\` is not what comes there.`,
    ]);
  });

  it.each([
    ['```ts add', []],
    ['```ts wrong', []],
    ['```ts new', ['page.md:3 marks `e2e/b.ts` as new, but it exists.']],
    ['```ts fresh', ['page.md:3 is marked `fresh`, which means nothing.']],
  ])('is told from a quotation by its mark: %s', (fence, problems) => {
    expect(problemsOf(fence, 'b();')).toEqual(problems);
  });

  it.each([
    ['```ts new', []],
    ['```ts wrong', []],
    ['```ts', ['page.md:2 names `e2e/c.ts`, which does not exist. If the reader writes it, mark it `ts new`.']],
    ['```ts add', ['page.md:2 names `e2e/c.ts`, which does not exist. If the reader writes it, mark it `ts new`.']],
  ])('names one that exists, unless it is marked as new or wrong: %s', (fence, problems) => {
    const text = `${fence}\n// e2e/c.ts\nc();\n\`\`\``;
    expect(misquotes({ path: 'page.md', text }, () => undefined)).toEqual(problems);
  });

  it.each([
    ['what the file has', [' export function b() {', '-  a();', '+  a(1);', '   return a;'], []],
    ['two places of it', ['-import { a } from "a";', '// …', '-  a();', '+  a(1);'], []],
    ['what it has not', ['-  a(1);', '+  a();'], ['a(1);']],
    ['a line of which it has only a part', ['-  a()', '+  a(1)'], ['a()']],
  ])('may be a diff of %s', (_what, lines, wrong) => {
    expect(problemsOf('```diff', ...lines)).toEqual(
      wrong.map((line) => `page.md:3 does not quote \`e2e/b.ts\`: \`  ${line}\` is not what comes there.`),
    );
  });

  it('may belong to a project of the reader', () => {
    const text = '```ts\n// src/b.ts\nb();\n```';
    expect(misquotes({ path: 'page.md', text }, () => file)).toEqual([]);
  });

  it.each([
    ['```yaml', '# e2e/b.ts'],
    ['```sql', '-- e2e/b.ts'],
  ])('may be in any language: %s', (fence, name) => {
    const text = `${fence}\n${name}\nother\n\`\`\``;
    expect(misquotes({ path: 'page.md', text }, () => file)).toHaveLength(1);
  });
});
