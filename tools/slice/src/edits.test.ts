import { expect, it } from '@jest/globals';
import { withCode, withImport, withListed } from './edits.js';

const source = `import { randomUUID } from 'node:crypto';
import { a } from 'anywise';
import {
  b,
  c,
} from 'zod';
import { d } from './d/handler.js';

export const app = {};
`;

it.each([
  ['node:fs', "import { x } from 'node:fs';\nimport { a } from 'anywise';"],
  ['@anywise/service', "'node:crypto';\nimport { x } from '@anywise/service';\nimport { a }"],
  ['anywise', "import { a, x } from 'anywise';"],
  ['zod', "import {\n  b,\n  c, x } from 'zod';"],
  ['./c/handler.js', "import { x } from './c/handler.js';\nimport { d }"],
  ['./e/handler.js', "'./d/handler.js';\nimport { x } from './e/handler.js';\n\n"],
])('imports from %s where it belongs', (from, expected) => {
  expect(withImport(source, 'x', from)).toContain(expected);
});

it('imports nothing twice', () => {
  expect(withImport(source, 'c', 'zod')).toBe(source);
});

it('does not guess where imports begin', () => {
  expect(withImport('export {};\n', 'x', 'zod')).toBeUndefined();
});

it.each([
  ['f()', 'f(x)'],
  ['f(a)', 'f(a, x)'],
  ['f(\n  a,\n  b,\n)', 'f(a, b, x)'],
  ["f('a b', c)", "f('a b', c, x)"],
  ['f(a, x, b)', 'f(a, x, b)'],
  ['g(a) + f(b)', 'g(a) + f(b, x)'],
])('lists an item in %j', (before, after) => {
  expect(withListed(before, 'f(', 'x', ')')).toBe(after);
});

it.each(['f(...all)', 'f(a(b))', 'f(a /* why */, b)', 'f(a) + f(b)', 'g(a)'])('leaves %j alone', (text) => {
  expect(withListed(text, 'f(', 'x', ')')).toBeUndefined();
});

it('adds code in front of a line, once', () => {
  const text = 'a;\n\nexport const b = 1;\n';
  const added = withCode(text, 'class X {}\n', 'export const b');
  expect(added).toBe('a;\n\nclass X {}\n\nexport const b = 1;\n');
  expect(withCode(added ?? '', 'class X {}\n', 'export const b')).toBe(added);
  expect(withCode(text, 'class X {}\n', 'export const c')).toBeUndefined();
});
