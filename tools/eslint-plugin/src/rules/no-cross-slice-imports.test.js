import { afterAll, describe, expect, it } from '@jest/globals';
import { Linter, RuleTester } from 'eslint';
import { pathToFileURL } from 'node:url';
import { parser } from 'typescript-eslint';
import plugin from '../index.js';
import { createFixture } from '../testing/fixture.js';
import { noCrossSliceImports as rule } from './no-cross-slice-imports.js';

RuleTester.describe = describe;
RuleTester.it = it;

const workspace = createFixture();
afterAll(workspace.dispose);
workspace.write('services/orders/src/payments/index.ts', '');
workspace.link('services/orders/src/linked', 'services/payments/src');
workspace.link('services/orders/src/linked-file.ts', 'services/payments/src/index.ts');
workspace.link('services/orders/node_modules/pay', 'services/payments');
workspace.link('services/orders/node_modules/@anywise/contracts', 'packages/contracts');

const orders = workspace.path('services/orders/src/app.ts');
const javascript = new RuleTester();
const typescript = new RuleTester({ languageOptions: { parser } });

/** Code with `NAME` where the name of a package goes. */
const forms = [
  `import 'NAME'`,
  `import pay from 'NAME'`,
  `import * as pay from 'NAME'`,
  `export { pay } from 'NAME'`,
  `export * from 'NAME'`,
  `export * as pay from 'NAME'`,
  `await import('NAME')`,
  `import('NAME').then((pay) => pay.run())`,
  'await import(`NAME`)',
  `await import('NA' + 'ME')`,
  'const scope = "NAME"; await import(scope)',
  'const scope = "NAME"; await import(`${scope}/index.js`)',
  'await import(`NAME/${process.argv[2]}`)',
  `await import('NAME/' + process.argv[2] + '.js')`,
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

const typedForms = [
  `import type { Payment } from 'NAME'`,
  `import { type Payment } from 'NAME'`,
  `export type { Payment } from 'NAME'`,
  `export type * from 'NAME'`,
  `import pay = require('NAME')`,
  `import type pay = require('NAME')`,
  `type Payment = import('NAME').Payment`,
  `type Payments = typeof import('NAME')`,
  `let payment: Array<import('NAME').Payment>`,
  `const pay = (await import('NAME' as string)) as unknown`,
  `(require as NodeJS.Require)('NAME')`,
  `require!('NAME')`,
  `jest.requireActual<typeof import('./a.js')>('NAME')`,
  `declare module 'NAME' { interface Payment { extra: string } }`,
  `/// <reference types="NAME" />`,
];

/** Code with `PATH` where a path relative to services/orders/src goes. */
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

/**
 * @param {string[]} codes
 * @param {Record<string, string>} words
 */
function fill(codes, words) {
  return codes.map((code) => code.replace(/NAME|PATH|NA' \+ 'ME/, (word) => {
    if (word !== `NA' + 'ME`) return words[word] ?? word;
    const name = words['NAME'] ?? '';
    return `${name.slice(0, 5)}' + '${name.slice(5)}`;
  }));
}
