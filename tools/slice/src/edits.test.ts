import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { format } from 'prettier';
import {
  withCode,
  withDependency,
  withImport,
  withListed,
  withoutDependency,
  withoutImport,
  withoutListed,
} from './edits.js';

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
  ['zod', "import { b, c, x } from 'zod';"],
  ['./c/handler.js', "import { x } from './c/handler.js';\nimport { d }"],
  ['./e/handler.js', "'./d/handler.js';\nimport { x } from './e/handler.js';\n\n"],
])('imports from %s where it belongs', (from, expected) => {
  expect(withImport(source, 'x', from)).toContain(expected);
});

it('imports nothing twice', () => {
  expect(withImport(source, 'c', 'zod')).toBe(source);
});

it.each([
  ["import {} from 'zod';\n", "import { x } from 'zod';\n"],
  ["import { from, type y as z } from 'zod';\n", "import { from, type y as z, x } from 'zod';\n"],
  ["import { a, // why\n} from 'zod';\n", "import { a, // why\n} from 'zod';\nimport { x } from 'zod';\n"],
  ["import * as all from 'zod';\n", "import * as all from 'zod';\nimport { x } from 'zod';\n"],
  ["import type { T } from 'zod';\n", "import type { T } from 'zod';\nimport { x } from 'zod';\n"],
  ["/* import { x } from 'zod'; */\nimport 'zod';\nimport { b } from 'a';\n", "from 'a';\nimport { x } from 'zod';\n"],
  [
    "import { b } from 'a';\nconst c = `\nimport { x } from 'zod';\n`;\n",
    "from 'a';\nimport { x } from 'zod';\nconst c",
  ],
])('imports beside %j', (before, after) => {
  expect(withImport(before, 'x', 'zod')).toContain(after);
});

it.each([
  "import { x } from './own.js';\n",
  "import { other as x } from 'zod';\n",
  "import { type x } from 'zod';\n",
  "import x from 'zod';\n",
  "import * as x from 'zod';\n",
  "import 'a';\nimport { b } from 'b';\nconst x = 1;\n",
  "import { b } from 'b';\nexport abstract class x {}\n",
])('does not give a name a second meaning: %j', (text) => {
  expect(withImport(text, 'x', 'zod')).toBeUndefined();
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
  ["f('a,  b', c)", "f('a,  b', c, x)"],
])('lists an item in %j', (before, after) => {
  expect(withListed(before, 'f(', 'x', ')')).toBe(after);
});

it.each(['f(...all)', 'f(a(b))', 'f(a /* why */, b)', 'f(a) + f(b)', 'g(a)'])('leaves %j alone', (text) => {
  expect(withListed(text, 'f(', 'x', ')')).toBeUndefined();
});

it.each([
  ["import { y } from 'b';\n", 'a', "import { app as x } from 'a';\nimport { y } from 'b';\n"],
  ["import { y } from 'b';\n", 'b', "import { y, app as x } from 'b';\n"],
])('imports under another name, once, and takes that out: %j from %s', (before, from, after) => {
  expect(withImport(before, 'app as x', from)).toBe(after);
  expect(withImport(after, 'app as x', from)).toBe(after);
  expect(withoutImport(after, 'app as x', from)).toBe(before);
  expect(withoutImport(before, 'app as x', from)).toBe(before);
});

it('does not import under a name that has a meaning', () => {
  expect(withImport("import { x } from 'b';\n", 'app as x', 'a')).toBeUndefined();
});

it.each([
  ['f(x)', 'f()'],
  ['f(a, x, b)', 'f(a, b)'],
  ['f(\n  a,\n  x,\n)', 'f(a)'],
  ['f(a)', 'f(a)'],
  ['f(...all)', undefined],
])('takes an item out of %j', (before, after) => {
  expect(withoutListed(before, 'f(', 'x', ')')).toBe(after);
});

it('adds a dependency where it belongs, once, and takes it out', () => {
  const before = '{\n  "name": "all",\n  "dependencies": {\n    "b": "1",\n    "d": "1"\n  },\n  "type": "module"\n}\n';
  for (const [name, next] of [
    ['a', '"b"'],
    ['c', '"d"'],
  ] as const) {
    const after = before.replace(next, `"${name}": "workspace:*",\n    ${next}`);
    expect(withDependency(before, name)).toBe(after);
    expect(withDependency(after, name)).toBe(after);
    expect(withoutDependency(after, name)).toBe(before);
  }
  expect(withDependency(before, 'e')).toBe(before.replace('"d": "1"', '"d": "1",\n    "e": "workspace:*"'));
  expect(withoutDependency(before, 'c')).toBe(before);
});

it.each(['{}', '{ "dependencies": [', 'null', '{ "dependencies": null }'])('leaves the manifest %j alone', (text) => {
  expect(withDependency(text, 'a')).toBeUndefined();
  expect(withoutDependency(text, 'a')).toBeUndefined();
});

it('adds code before a line, once', () => {
  const text = 'a;\n\nexport const b = 1;\n';
  const added = withCode(text, 'class X {}\n', 'export const b');
  expect(added).toBe('a;\n\nclass X {}\n\nexport const b = 1;\n');
  expect(withCode(added ?? '', 'class X {}\n', 'export const b')).toBe(added);
  expect(withCode(text, 'class X {}\n', 'export const c')).toBeUndefined();
});

const keywords =
  /^(await|break|case|catch|class|const|default|delete|do|else|enum|eval|export|extends|false|finally|for|if|import|in|let|new|null|package|private|public|return|static|super|switch|this|throw|true|try|type|typeof|var|void|while|with|yield)$/;
const name = fc.stringMatching(/^[A-Za-z_$][\w$]{0,7}$/).filter((text) => !keywords.test(text));
const names = fc.uniqueArray(name, { maxLength: 6 });
const path = fc.constantFrom('node:fs', 'anywise', '@anywise/service', 'zod', './a.js', './b/handler.js', '../c.js');

it('keeps every import, adds one that is not there, and adds it once', async () => {
  // No file binds a name twice.
  const statements = fc
    .uniqueArray(fc.tuple(path, names), { selector: ([from]) => from, minLength: 1 })
    .filter((all) => all.flatMap(([, found]) => found).length === new Set(all.flatMap(([, found]) => found)).size);
  await fc.assert(
    fc.asyncProperty(statements, name, path, fc.boolean(), async (statements, added, from, isLong) => {
      const before = statements.map(([each, found]) => importOf(each, found, isLong)).join('') + '\nexport {};\n';
      const after = withImport(before, added, from);
      const known = boundIn(before);
      if (known.some((each) => each.endsWith(` ${added}`) && each !== `${from} ${added}`)) {
        expect(after).toBeUndefined();
        return;
      }
      expect(boundIn(after ?? '').sort()).toEqual([...new Set([...known, `${from} ${added}`])].sort());
      expect(withImport(after ?? '', added, from)).toBe(after);
      await expect(format(after ?? '', { parser: 'typescript' })).resolves.toContain('export {};');
    }),
    { numRuns: 50 },
  );
});

it('keeps every item of a list, and adds one once', async () => {
  const text = fc.string({ maxLength: 6 }).map((each) => `'${each.replace(/['\\\n]/g, '')}'`);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(name, text)), name, fc.boolean(), async (items, added, isLong) => {
      const list = isLong ? `\n  ${items.join(',\n  ')}${items.length > 0 ? ',' : ''}\n` : items.join(', ');
      const after = withListed(`g(1);\nf(${list});\n`, 'f(', added, ')');
      const expected = items.includes(added) ? items : [...items, added];
      expect(after).toBe(items.includes(added) ? `g(1);\nf(${list});\n` : `g(1);\nf(${expected.join(', ')});\n`);
      expect(withListed(after ?? '', 'f(', added, ')')).toBe(after);
      await format(after ?? '', { parser: 'typescript' });
    }),
    { numRuns: 50 },
  );
});

function importOf(from: string, names: readonly string[], isLong: boolean): string {
  const list = isLong ? `\n  ${names.join(',\n  ')}\n` : ` ${names.join(', ')} `;
  return `import {${names.length === 0 ? '' : list}} from '${from}';\n`;
}

/** Each imported name, with its module in front. */
function boundIn(source: string): string[] {
  return [...source.matchAll(/import \{([^}]*)\} from '([^']*)'/g)].flatMap(([, list = '', from]) =>
    (list.match(/[\w$]+/g) ?? []).map((each) => `${from} ${each}`),
  );
}
