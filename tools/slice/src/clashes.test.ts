import { expect, it } from '@jest/globals';
import { clashIn, clashInSlice, identifiersIn } from './clashes.js';

it.each([
  ['const a = b;', ['const', 'a', 'b']],
  ['a.b?.c(...d)', ['a', 'd']],
  ['f({ a: b, c, d: { e: 1 } })', ['f', 'b', 'c']],
  ['function f(a: B, c?: D) {}', ['function', 'f', 'a', 'B', 'c', 'D']],
  ['class A { readonly b: C; d(e: F) {} }', ['class', 'A', 'readonly', 'C', 'd', 'e', 'F']],
  ["a('b', `c ${d} e`); // f\n/* g */ h", ['a', 'd', 'h']],
  ['x(`it\\u0027s a; ${b}`); c', ['x', 'b', 'c']],
  ["x(`'; y`); z('w')", ['x', 'z']],
])('reads the names in %j', (code, names) => {
  expect(identifiersIn(code)).toEqual(names);
});

it('finds two things of one name in one file only', () => {
  const names = new Map([['sample-things', 'rows']]);
  const using = { path: 'a.ts', text: 'const sampleThings = 1;' };
  expect(clashIn([using, { path: 'b.ts', text: 'const rows = 1;' }], names)).toBeUndefined();
  expect(clashIn([{ ...using, text: `${using.text} const rows = 2;` }], names)).toBe('rows');
  expect(clashIn([{ path: 'a.md', text: 'sampleThings rows' }], names)).toBeUndefined();
});

it.each([
  ['data', 'data', undefined],
  ['statuses', 'status', undefined],
  ['items', 'item', 'items'],
  ['orders', 'order', 'order_id'],
  ['pages', 'page', 'Page'],
  ['apps', 'app', 'app.ts'],
])('tells whether the slice `%s` with one `%s` would be in its own way', (slice, entity, clash) => {
  expect(clashInSlice(slice, entity)).toBe(clash);
});
