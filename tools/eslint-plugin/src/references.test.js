import { afterAll, describe, it } from '@jest/globals';
import { RuleTester } from 'eslint';
import { parser } from 'typescript-eslint';
import { noCrossSliceImports as rule } from './rules/no-cross-slice-imports.js';
import { createFixture } from './testing/fixture.js';

RuleTester.describe = describe;
RuleTester.it = it;

const workspace = createFixture();
afterAll(workspace.dispose);

/** Ways to name a package, with `NAME` in its place. */
const packageForms = [
  `import 'NAME'`,
  `import pay from 'NAME'`,
  `import * as pay from 'NAME'`,
  `export { pay } from 'NAME'`,
  `export * from 'NAME'`,
  `export * as pay from 'NAME'`,
  `await import('NAME')`,
  'await import(`NAME`)',
  `await import('' + 'NAME')`,
  'await import(`NAME/${process.argv[2]}`)',
  `await import('NAME/' + process.argv[2] + '.js')`,
  'const name = "NAME"; await import(name)',
  'const name = "NAME"; await import(`${name}/index.js`)',
  `require('NAME')`,
  `require?.('NAME')`,
  `(0, require)('NAME')`,
  `const load = require; load('NAME')`,
  `module.require('NAME')`,
  `require.resolve('NAME')`,
  `require['resolve']('NAME')`,
  `require.context('NAME')`,
  `import.meta.resolve('NAME')`,
  `import.meta.glob('NAME/*')`,
  `import { createRequire } from 'node:module'; createRequire(import.meta.url)('NAME')`,
  `import { createRequire } from 'node:module'; createRequire(import.meta.url).resolve('NAME')`,
  `import { createRequire as make } from 'node:module'; const load = make(import.meta.url); load('NAME')`,
  `import module from 'node:module'; const load = module.createRequire(import.meta.url); load.resolve('NAME')`,
  `(await import('node:module')).createRequire(import.meta.url)('NAME')`,
  `jest.mock('NAME')`,
  `jest.mock('./a.js').mock('NAME', () => ({}))`,
  `jest.unstable_mockModule('NAME', () => ({}))`,
  `jest.requireActual('NAME')`,
  `import { jest as j } from '@jest/globals'; j.doMock('NAME')`,
  `import.meta.jest.mock('NAME')`,
  `vi.mock('NAME')`,
  `vi.mock(import('NAME'))`,
  `await vi.importActual('NAME')`,
  `import { mock } from 'node:test'; mock.module('NAME')`,
  `test('a', (t) => { t.mock.module('NAME') })`,
  `/** @type {import('NAME').Payment} */ let payment`,
  `/** @type {import('./a.js').A | import('NAME').Payment} */ let payment`,
  `/** @import { Payment } from 'NAME' */`,
];

/** The same, where only TypeScript can parse it. */
const typedPackageForms = [
  `import type { Payment } from 'NAME'`,
  `import { type Payment } from 'NAME'`,
  `export type { Payment } from 'NAME'`,
  `export type * from 'NAME'`,
  `import pay = require('NAME')`,
  `import type pay = require('NAME')`,
  `type Payment = import('NAME').Payment`,
  `type Payments = typeof import('NAME')`,
  `let payments: Array<import('NAME').Payment>`,
  `await import('NAME' as string)`,
  `(require as NodeJS.Require)('NAME')`,
  `require!('NAME')`,
  `jest.requireActual<typeof import('./a.js')>('NAME')`,
  `declare module 'NAME' { interface Payment { note: string } }`,
  `/// <reference types="NAME" />`,
];

/** Ways to name a file, with `PATH` in the place of a path relative to the code. */
const pathForms = [
  `import pay from 'PATH'`,
  `export * from 'PATH'`,
  `await import('PATH')`,
  'await import(`PATH/${process.argv[2]}.js`)',
  'await import(`${import.meta.dirname}/PATH`)',
  `require('PATH')`,
  `require(__dirname + '/PATH')`,
  `import { join } from 'node:path'; require(join(__dirname, 'PATH'))`,
  `import path from 'node:path'; require(path.resolve(import.meta.dirname, 'PATH', process.argv[2]))`,
  `jest.mock('PATH')`,
  `new URL('PATH', import.meta.url)`,
  `const here = import.meta.url; new URL('PATH', here)`,
  `new Worker(new URL('PATH', import.meta.url))`,
  `import { Worker } from 'node:worker_threads'; new Worker('PATH')`,
  `import { createRequire } from 'node:module'; createRequire(new URL('PATH', import.meta.url))`,
  `import { createRequire } from 'node:module'; createRequire(import.meta.dirname + '/PATH')`,
  `/// <reference path="PATH" />`,
];

/** Code in services/orders/src that names nothing outside, however it looks. */
const lookAlikes = [
  `const text = '@anywise/payments'`,
  `console.log('see ../../payments/src')`,
  `// import '@anywise/payments'`,
  `/* import('@anywise/payments') */`,
  `/** Unlike import('@anywise/payments'), this is prose. */`,
  `// <reference types="@anywise/payments" />`,
  `new URL('../../payments/1', 'https://api.example/v1/orders/')`,
  `new URL('https://api.example/services/payments')`,
  `const base = process.env.API; new URL('../../payments/1', base)`,
  `new URL('@anywise/payments', import.meta.url)`,
  `require('debug')('@anywise/payments')`,
  `require()`,
  `await import(constructor)`,
  `await import(process.argv[2])`,
  `await import(process.argv[2] + '/../../payments/src/index.js')`,
  'await import(`@anywise/payments${process.argv[2]}`)',
  'await import(`@anywise/${process.argv[2]}`)',
  `import { join } from 'node:path'; await import(join(process.argv[2], '../payments'))`,
  `let name = '@anywise/payments'; name = process.argv[2]; await import(name)`,
  `const a = b, b = a; await import(a)`,
  `const load = (name) => import(name); load('x')`,
  `import data from './payments.json' with { type: 'json' }`,
  `const payments = 1`,
];

describe.each([
  ['JavaScript', new RuleTester(), packageForms],
  ['TypeScript', new RuleTester({ languageOptions: { parser } }), [...packageForms, ...typedPackageForms]],
])('in %s', (_language, tester, packages) => {
  tester.run('a package', rule, {
    valid: ['@anywise/orders', '@anywise/contracts', '@anywise/payments-ui'].flatMap((name) => fill(packages, name)),
    invalid: ['@anywise/payments', '@anywise/payments/src/index.js'].flatMap((name) => crossings(packages, name)),
  });

  tester.run('a path', rule, {
    valid: ['../orders.js', './payments/index.js', '../../../packages/contracts/src/index.js'].flatMap((path) =>
      fill(pathForms, path),
    ),
    invalid: crossings(pathForms, '../../payments/src/index.js'),
  });

  tester.run('a look-alike', rule, { valid: fill(lookAlikes, ''), invalid: [] });
});

/**
 * @param {string[]} forms
 * @param {string} specifier
 */
function fill(forms, specifier) {
  const filename = workspace.path('services/orders/src/app.ts');
  return forms.map((form) => ({ code: form.replace(/NAME|PATH/, specifier), filename }));
}

/**
 * @param {string[]} forms
 * @param {string} specifier
 */
function crossings(forms, specifier) {
  return fill(forms, specifier).map((valid) => ({ ...valid, errors: [{ messageId: 'slice' }] }));
}
