import { afterAll, describe, expect, it } from '@jest/globals';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import plugin from '../index.js';
import { createFixture } from '../testing/fixture.js';

const workspace = createFixture();
afterAll(workspace.dispose);
let made = 0;

/**
 * Writes files into a folder of their own, and lints the first of them.
 * @param {Record<string, string>} files
 */
function lint(files) {
  const folder = `tools/${made++}`;
  for (const [file, text] of Object.entries(files)) workspace.write(`${folder}/${file}`, text);
  const [[file = '', text = ''] = []] = Object.entries(files);
  const linter = new Linter({ cwd: workspace.path(folder) });
  const config = {
    files: ['**/*.{ts,js}'],
    languageOptions: { parser: tseslint.parser },
    plugins: { anywise: plugin },
    rules: { 'anywise/no-import-cycles': 'error' },
  };
  return linter.verify(text, /** @type {Linter.Config} */ (config), workspace.path(`${folder}/${file}`));
}

describe('files that import each other', () => {
  it('are reported at the import that leads back, with the whole circle and what to do', () => {
    const messages = lint({
      'a.ts': `import { c } from './c.js';\nimport { b } from './b.js';`,
      'b.ts': `export { d } from './parts/d.js';`,
      'c.ts': '',
      'parts/d.ts': `import '../a.js';`,
    });
    expect(messages.map(({ line, message }) => ({ line, message }))).toMatchInlineSnapshot(`
      [
        {
          "line": 2,
          "message": "These files import each other in a circle: \`a.ts\` → \`b.ts\` → \`parts/d.ts\` → \`a.ts\`. Move what they share to a file that imports none of them.",
        },
      ]
    `);
  });

  it.each([
    `import './a.js'`,
    `import a from './a.js'`,
    `import {\n  a,\n} from './a.js'`,
    `import type { A } from './a.js'`,
    `import { type A } from "./a.js"`,
    `export * from './a.js'`,
    `export { a } from './a.js'`,
    `export type { A } from './a.js'`,
    `let a: import('./a.js').A`,
    `type A = typeof import('./a.js')`,
    `const a = await import('./a.js')`,
    'const a = await import(`./a.js`)',
    `import a = require('./a.js')`,
    `import './a'`,
    `import '../folder/a.ts'`,
  ])('are found by %j', (code) => {
    expect(lint({ 'folder/a.ts': `import './b.js'`, 'folder/b.ts': code })).toHaveLength(1);
  });

  it.each([
    `// import './a.js'`,
    `/* import './a.js' */`,
    `'import "./a.js"'`,
    "`\nimport './a.js';\n`",
    `import './c.js'`,
    `import 'a.js'`,
    `import './b.js/a.js'`,
    `this is no TypeScript, import './a.js'`,
  ])('are not found by %j', (code) => {
    expect(lint({ 'a.ts': `import './b.js'`, 'b.ts': code, 'c.ts': '' })).toEqual([]);
  });

  it('are found even after text that only looks like an import', () => {
    const files = { 'a.ts': `import './b.js'`, 'b.ts': `// from './a.js'\nimport './c.js'`, 'c.ts': `import './a.js'` };
    expect(lint(files)).toMatchObject([{ message: expect.stringContaining('`b.ts` → `c.ts` → `a.ts`') }]);
  });

  it.each(['./a.js', './index.js', '.', './'])('include a file that imports itself as %s', (specifier) => {
    const name = specifier === './a.js' ? 'a.ts' : 'index.ts';
    expect(lint({ [name]: `import '${specifier}'` })).toHaveLength(1);
  });

  it.each(['js', 'jsx', 'mjs', 'cjs', 'mts', 'cts', 'tsx'])('are found in .%s', (ending) => {
    const name = ending.replace('t', 'j');
    expect(lint({ 'a.js': `import './b.${name}'`, [`b.${ending}`]: `import './a.js'` })).toHaveLength(1);
  });
});
