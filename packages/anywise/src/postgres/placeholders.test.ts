import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { numberPlaceholders } from './placeholders.js';

it.each([
  ['numbers them', 'SELECT ?, ? FROM t WHERE a=?', 'SELECT $1, $2 FROM t WHERE a=$3'],
  ['leaves strings', `SELECT '?', 'it''s ?', ?`, `SELECT '?', 'it''s ?', $1`],
  ['leaves strings with escapes', String.raw`SELECT E'\'?', ?`, String.raw`SELECT E'\'?', $1`],
  ['knows that a backslash ends nothing in a plain string', String.raw`SELECT '\', ?`, String.raw`SELECT '\', $1`],
  ['leaves names', 'SELECT "a?""?" FROM t WHERE a = ?', 'SELECT "a?""?" FROM t WHERE a = $1'],
  ['leaves comments to the end of the line', 'SELECT 1 -- ?\n, ?', 'SELECT 1 -- ?\n, $1'],
  ['leaves comments within comments', 'SELECT /* ? /* ? */ ? */ ?', 'SELECT /* ? /* ? */ ? */ $1'],
  ['leaves a comment that does not end', 'SELECT ? /* ?', 'SELECT $1 /* ?'],
  ['leaves dollar quotes', 'SELECT $$ ? $$, $a$ ? $$ ? $a$, ?', 'SELECT $$ ? $$, $a$ ? $$ ? $a$, $1'],
  ['leaves what is numbered already', 'SELECT $1, $2', 'SELECT $1, $2'],
  ['makes the operator of two', 'SELECT a ?? ?, a ??| ?', 'SELECT a ? $1, a ?| $2'],
  [
    'says of what is only compared with NULL that it is text',
    'SELECT ? IS NULL OR a = ?',
    'SELECT $1::text IS NULL OR a = $2',
  ],
  ['says so even if it must not be NULL', 'SELECT ?\n is  not null', 'SELECT $1::text\n is  not null'],
])('%s', (_title, sql, numbered) => {
  expect(numberPlaceholders(sql)).toBe(numbered);
});

/** Text in which a question mark stands for itself. */
const hidden = fc
  .tuple(fc.string({ maxLength: 8 }), fc.constantFrom("'", '"', '/*', '--', '$tag$'))
  .map(([text, quote]) => {
    const inside = `${text.replaceAll(/['"*/$\\\n-]/g, '')}?`;
    switch (quote) {
      case '/*':
        return `/*${inside}*/`;
      case '--':
        return `--${inside}\n`;
      default:
        return `${quote}${inside}${quote}`;
    }
  });

const seed = 20_260_101;

it('numbers every placeholder between what hides question marks, and nothing else', () => {
  const parts = fc.array(fc.oneof(hidden, fc.constantFrom('?', 'a', '1', '??')), { maxLength: 20 });
  const property = fc.property(parts, (all) => {
    let count = 0;
    const expected = all.map((part) => (part === '?' ? `$${++count}` : part === '??' ? '?' : part));
    expect(numberPlaceholders(all.join(' , '))).toBe(expected.join(' , '));
  });
  fc.assert(property, { seed, interruptAfterTimeLimit: 5_000 });
});

it('ends on any text, with numbers in their order', () => {
  const odd = fc.array(fc.constantFrom('?', "'", '"', '/*', '*/', '--', '\n', '$$', '$a$', 'E', '\\', ' ', 'x'));
  const property = fc.property(odd, (parts) => {
    const sql = parts.join('').replaceAll(/\$\d/g, '');
    const numbers = [...numberPlaceholders(sql).matchAll(/\$(\d+)/g)].map(([, digits]) => Number(digits));
    expect(numbers).toEqual(numbers.map((_, at) => at + 1));
  });
  fc.assert(property, { seed, numRuns: 1_000, interruptAfterTimeLimit: 5_000 });
});
