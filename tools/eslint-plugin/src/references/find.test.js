import { afterAll, describe, it } from '@jest/globals';
import { RuleTester } from 'eslint';
import { parser } from 'typescript-eslint';
import { noCrossSliceImports as rule } from '../rules/no-cross-slice-imports.js';
import { createFixture } from '../testing/fixture.js';

RuleTester.describe = describe;
RuleTester.it = it;

const workspace = createFixture();
afterAll(workspace.dispose);

/** Ways to name a package, with `NAME` in its place. */
const packageForms = [
  `import 'NAME'`,
  `import pay from 'NAME'`,
  `import * as pay from 'NAME'`,
  `import pay from 'NAME' with { type: 'json' }`,
  `export { pay } from 'NAME'`,
  `export { default } from 'NAME'`,
  `export * from 'NAME'`,
  `export * as pay from 'NAME'`,
  `await import('NAME')`,
  `const load = async () => (await import('NAME')).pay`,
  `require('NAME')`,
  `require?.('NAME')`,
  `(0, require)('NAME')`,
  `const load = require; load('NAME')`,
  `module.require('NAME')`,
  `module['require']('NAME')`,
  `globalThis.require('NAME')`,
  `require.main.require('NAME')`,
  `process.mainModule.require('NAME')`,
  `require.call(null, 'NAME')`,
  `require.apply(null, ['NAME'])`,
  `Reflect.apply(require, null, ['NAME'])`,
  `require.bind(null)('NAME')`,
  `require.bind(null, 'NAME')()`,
  `['./a.js', 'NAME'].map(require)`,
  `const tools = { load: require }; tools.load('NAME')`,
  `require.resolve('NAME')`,
  `require['resolve']('NAME')`,
  `const { resolve } = require; resolve('NAME')`,
  `require.context('NAME')`,
  `require.ensure(['NAME'], () => {})`,
  `require.resolveWeak('NAME')`,
  `require(['./a.js', 'NAME'], (a, pay) => pay)`,
  `requirejs(['NAME'], (pay) => pay)`,
  `define(['NAME'], (pay) => pay)`,
  `define('orders', ['require', 'NAME'], (require, pay) => pay)`,
  `System.import('NAME')`,
  `System.register(['NAME'], () => {})`,
  `module.constructor._load('NAME')`,
  `import Module from 'node:module'; Module._load('NAME')`,
  `import { register } from 'node:module'; register('NAME', import.meta.url)`,
  `import.meta.resolve('NAME')`,
  `const { resolve } = import.meta; resolve('NAME')`,
  `import.meta.glob('NAME/*')`,
  `import.meta.hot.accept('NAME', () => {})`,
  `import { createRequire } from 'node:module'; createRequire(import.meta.url)('NAME')`,
  `import { createRequire } from 'node:module'; createRequire(import.meta.url).resolve('NAME')`,
  `import { createRequire as make } from 'node:module'; const load = make(import.meta.url); load('NAME')`,
  `import module from 'node:module'; const load = module.createRequire(import.meta.url); load.resolve('NAME')`,
  `import module from 'node:module'; const { createRequire: make } = module; make(import.meta.url)('NAME')`,
  `const { createRequire: make } = await import('node:module'); const load = make(import.meta.url); load('NAME')`,
  `const { createRequire: make } = require('module'); make(__filename)('NAME')`,
  `process.getBuiltinModule('module').createRequire(import.meta.url)('NAME')`,
  `(await import('node:module')).createRequire(import.meta.url)('NAME')`,
  `import { createRequire } from 'node:module'; const { resolve } = createRequire(import.meta.url); resolve('NAME')`,
  `import { createRequire } from 'node:module'; class A { load = createRequire(import.meta.url); a() { this.load('NAME') } }`,
  `jest.mock('NAME')`,
  `jest.mock('./a.js').mock('NAME', () => ({}))`,
  `jest.unstable_mockModule('NAME', () => ({}))`,
  `jest.requireActual('NAME')`,
  `jest.requireMock('NAME')`,
  `jest.createMockFromModule('NAME')`,
  `jest.setMock('NAME', {})`,
  `import { jest as j } from '@jest/globals'; j.doMock('NAME')`,
  `import { jest } from '@jest/globals'; const { mock } = jest; mock('NAME')`,
  `import.meta.jest.mock('NAME')`,
  `vi.mock('NAME')`,
  `vi.mock(import('NAME'))`,
  `await vi.importActual('NAME')`,
  `import { vitest } from 'vitest'; vitest.doMock('NAME')`,
  `import { mock } from 'node:test'; mock.module('NAME')`,
  `test('a', (t) => { t.mock.module('NAME') })`,
  `import proxyquire from 'proxyquire'; proxyquire('NAME', {})`,
  `import esmock from 'esmock'; await esmock('NAME')`,
  `await td.replaceEsm('NAME')`,
  `eval("import('NAME')")`,
  `new Function("return require('NAME')")()`,
  `import vm from 'node:vm'; vm.runInThisContext("import 'NAME'")`,
  `new Worker("require('NAME')", { eval: true })`,
  `/** @type {import('NAME').Payment} */ let payment`,
  `/** @type {import('./a.js').A | import('NAME').Payment} */ let payment`,
  `/** @param {{ a: { b: 1 }, c: import('NAME').Payment }} payment */ function a(payment) {}`,
  `/** @typedef {typeof import('NAME')} Payments */`,
  `/** @import { Payment } from 'NAME' */`,
  `/** @jest-environment NAME */`,
  `/** @jsxImportSource NAME */`,
];

/** The same loaders under other names, and what comes by them. */
const aliasForms = [
  `const load = process.argv[2] ? console.log : require; load('NAME')`,
  `let load = console.log; load = require; load('NAME')`,
  `let load; load ??= require; load('NAME')`,
  `const { require: load } = module; load('NAME')`,
  `const { require: load = console.log } = globalThis; load('NAME')`,
  `const tools = {}; tools.load = require; tools.load('NAME')`,
  `exports.load = require; exports.load('NAME')`,
  `globalThis.load = require; globalThis.load('NAME')`,
  `const tools = { nested: { load: [require] } }; tools.nested.load[0]('NAME')`,
  `const tools = { get load() { return require } }; tools.load('NAME')`,
  `const tools = { load: require, go() { return this.load('NAME') } }`,
  `const getLoad = () => require; getLoad()('NAME')`,
  `class Loader { load = require; all() { this.load('NAME') } }`,
  `class Loader { #load = require; all() { return () => this.#load('NAME') } }`,
  `class Loader { static load = require } Loader.load('NAME')`,
  `class Loader { load = require } new Loader().load('NAME')`,
  `class Loader { load = require } class Own extends Loader { all() { this.load('NAME') } }`,
  `class Loader { constructor() { this.load = require } all() { this.load('NAME') } }`,
  `class Loader { constructor(load) { this.load = load } all() { this.load('NAME') } } new Loader(require)`,
  `class Loader { get load() { return require } all() { this.load('NAME') } }`,
  `const run = (load) => load('NAME'); run(require)`,
  `function run({ load }) { load('NAME') } run({ load: require })`,
  `((require) => require('NAME'))(require)`,
  `const tools = { run: (load) => load('NAME') }; tools.run(require)`,
  `const tools = { load: (name) => import(name) }; tools.load('NAME')`,
  `const tools = { load(name) { return import(name) } }; tools.load('NAME')`,
  `class Loader { load(name) { return import(name) } all() { return this.load('NAME') } }`,
  `class Loader { load(name) { return import(name) } } new Loader().load('NAME')`,
  `class Loader { static load(name) { return import(name) } } Loader.load('NAME')`,
  `const tools = {}; tools.load = (name) => import(name); tools.load('NAME')`,
  `const mine = { ...jest }; mine.mock('NAME')`,
  `const mine = Object.assign({}, jest); mine.mock('NAME')`,
  `const { jest: mine } = import.meta; mine.mock('NAME')`,
  `jest.useFakeTimers().mock('NAME')`,
  `jest.isolateModules(() => { require('NAME') })`,
  `globalThis.jest.mock('NAME')`,
  `window.define(['NAME'])`,
  `globalThis.System.import('NAME')`,
  `import { vi } from 'vite-plus/test'; vi.mock('NAME')`,
  `import { mock } from 'bun:test'; mock.module('NAME')`,
  `const { mock } = require('node:test'); mock.module('NAME')`,
  `test('a', ({ mock }) => mock.module('NAME'))`,
  `import { test } from 'node:test'; test('a', (t) => t.test('b', (u) => u.mock.module('NAME')))`,
  `import test from 'node:test'; test.only('a', { skip: false }, (t) => t.mock.module('NAME'))`,
  `import { before } from 'node:test'; const setUp = (t) => t.mock.module('NAME'); before(setUp)`,
  `import('node:module').then(({ createRequire }) => createRequire(import.meta.url)('NAME'))`,
  `import('node:module').then((module) => module.createRequire(import.meta.url)('NAME'))`,
  `const module = await import('node:module'); module.default.createRequire(import.meta.url)('NAME')`,
  `import * as module from 'module'; module.Module._load('NAME')`,
  `import Module from 'node:module'; new Module('a').require('NAME')`,
  `import Module from 'node:module'; Module.prototype.require.call(module, 'NAME')`,
  `import { require as load } from 'tsx/cjs/api'; load('NAME', import.meta.url)`,
  `import { tsImport } from 'tsx/esm/api'; tsImport('NAME', import.meta.url)`,
  `import { createJiti } from 'jiti'; createJiti(import.meta.url).import('NAME')`,
  `import createRequire from 'create-require'; createRequire(import.meta.url)('NAME')`,
  `define((require) => { require('NAME') })`,
  `define(['./a.js', 'require'], (a, load) => { load('NAME') })`,
  `define('orders', (load, exports, module) => { load('NAME') })`,
  `require.ensure([], (load) => { load('NAME') })`,
  `System.register([], (exports, context) => { context.import('NAME') })`,
];

/** Ways to put the name together, with `NAME` for a part of it. */
const textForms = [
  'import(`NAME`)',
  `import('' + 'NAME')`,
  'import(`NAME/${process.argv[2]}`)',
  `import('NAME/' + process.argv[2] + '.js')`,
  `const name = 'NAME'; import(name)`,
  'const name = "NAME"; import(`${name}/index.js`)',
  `import(process.env.A ? './a.js' : 'NAME')`,
  `import(process.env.A ?? 'NAME')`,
  `import(('./a.js', 'NAME'))`,
  `let name; name = 'NAME'; import(name)`,
  `let name = './a.js'; if (process.env.A) name = 'NAME'; import(name)`,
  `let name; import((name = 'NAME'))`,
  `const names = { pay: 'NAME' }; import(names.pay)`,
  `const names = { 'pay': 'NAME' }; import(names['pay'])`,
  `const names = { pay: 'NAME' }; import(names[process.argv[2]])`,
  `const names = { deep: { pay: ['NAME'] } }; import(names.deep.pay[0])`,
  `const names = Object.freeze({ pay: 'NAME' }); const { pay: name } = names; import(name)`,
  `const base = { pay: 'NAME' }; const names = { ...base }; import(names.pay)`,
  `const { name = 'NAME' } = process.env; import(name)`,
  `const [, name] = ['./a.js', 'NAME']; import(name)`,
  `class Names { static pay = 'NAME' } import(Names.pay)`,
  `import(['NAME', 'index.js'].join('/'))`,
  `const parts = ['NAME', 'index.js']; import(parts.join('/'))`,
  `import('NAME'.concat('/index.js'))`,
  'import(String.raw`NAME`)',
  `import(String('NAME'))`,
  `import(' NAME'.trim())`,
  `for (const name of ['./a.js', 'NAME']) import(name)`,
  `for (const { name } of [{ name: 'NAME' }]) import(name)`,
  `['./a.js', 'NAME'].map((name) => import(name))`,
  `const names = ['NAME']; names.filter(Boolean).forEach(async (name) => import(name))`,
  `Object.values({ pay: 'NAME' }).map((name) => import(name))`,
  `const load = (name) => import(name); load('NAME')`,
  `function load(name = 'NAME') { return import(name) }`,
  `function load({ name }) { return import(name) } load({ name: 'NAME' })`,
  `const load = (name) => import(name); ['NAME'].map(load)`,
  `((name) => import(name))('NAME')`,
  `const name = () => 'NAME'; import(name())`,
  `function name() { return 'NAME' } import(name())`,
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
  `/// <reference resolution-mode="import" types="NAME" />`,
  `let payment: import('NAME', { with: { 'resolution-mode': 'import' } }).Payment`,
  `export import pay = require('NAME')`,
  `export import type pay = require('NAME')`,
  `declare module 'NAME/*' {}`,
  `enum Names { Pay = 'NAME' } import(Names.Pay)`,
  `const names = { pay: 'NAME' } as const; import(names.pay)`,
  `const names = ['NAME'] satisfies string[]; names.map((name: string) => import(name))`,
  `function load(pay: typeof import('NAME')): void {}`,
  `class A extends (require('NAME') as { B: typeof Object }).B {}`,
];

/** The same, for loaders that have only a type or a declaration. */
const typedAliasForms = [
  `declare const require: any; require('NAME')`,
  `declare function require(name: string): unknown; require('NAME')`,
  `declare global { var require: NodeJS.Require } require('NAME')`,
  `declare const jest: typeof import('./a.js'); jest.mock('NAME')`,
  `function run(load: NodeJS.Require) { load('NAME') }`,
  `function run(mine: typeof jest) { mine.mock('NAME') }`,
  `import type { jest } from '@jest/globals'; const run = (mine: typeof jest) => mine.mock('NAME')`,
  `import type { TestContext } from 'node:test'; const setUp = ({ mock }: TestContext) => mock.module('NAME')`,
  `const load: NodeRequire = options.load; load('NAME')`,
  `import module = require('node:module'); module.createRequire(import.meta.url)('NAME')`,
  `class Loader { constructor(private readonly load = require) {} all() { this.load('NAME') } }`,
  `class Loader { constructor(private readonly load: Load) {} all() { this.load('NAME') } } new Loader(require)`,
  `class Loader { private load?: NodeRequire = require; all() { this.load?.('NAME') } }`,
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
  `import { dirname, join } from 'node:path'; import { fileURLToPath } from 'node:url';
   const here = dirname(fileURLToPath(import.meta.url)); require(join(here, 'PATH'))`,
  `import { join } from 'node:path'; const path = join(import.meta.dirname, 'PATH')`,
  `import { pathToFileURL } from 'node:url'; await import(pathToFileURL(__dirname + '/PATH').href)`,
  `jest.mock('PATH')`,
  `new URL('PATH', import.meta.url)`,
  `URL.parse('PATH', import.meta.url)`,
  `const here = import.meta.url; new URL('PATH', here)`,
  `const here = new URL('.', import.meta.url); await import(new URL('PATH', here).href)`,
  `new Worker(new URL('PATH', import.meta.url))`,
  `new SharedWorker(new URL('PATH', import.meta.url))`,
  `import { Worker } from 'node:worker_threads'; new Worker('PATH')`,
  `importScripts('PATH')`,
  `new AudioContext().audioWorklet.addModule('PATH')`,
  `import { URL as Url } from 'node:url'; new Url('PATH', import.meta.url)`,
  `import { fork } from 'node:child_process'; fork(new URL('PATH', import.meta.url))`,
  `import { createRequire } from 'node:module'; createRequire(new URL('PATH', import.meta.url))`,
  `import { createRequire } from 'node:module'; createRequire(import.meta.dirname + '/PATH')`,
  `import.meta.glob('PATH')`,
  `import.meta.glob(['./a.js', 'PATH'])`,
  `import.meta.glob({ eager: true }) || import.meta.globEager('PATH')`,
  `require.context('PATH', true)`,
  `/// <reference path="PATH" />`,
  `/// <amd-dependency path="PATH" />`,
];

/** Ways to run a file, with `PATH` in the place of a path relative to the folder of the package. */
const runForms = [
  `import { fork } from 'node:child_process'; fork('PATH')`,
  `import * as processes from 'node:child_process'; processes.fork('./PATH')`,
  `import { spawn } from 'node:child_process'; spawn(process.execPath, ['PATH'])`,
  `import { spawn } from 'node:child_process'; spawn('node', ['--import', 'tsx', 'PATH'])`,
  `import { spawnSync } from 'node:child_process'; spawnSync('node', ['--env-file=PATH'])`,
  `import { execFile } from 'node:child_process'; import { promisify } from 'node:util'; promisify(execFile)('node', ['PATH'])`,
  `import { exec } from 'node:child_process'; exec('node PATH --port 1')`,
  `import { spawn } from 'node:child_process'; spawn('node', ['main.js'], { cwd: 'PATH' })`,
  `import { Worker } from 'node:worker_threads'; new Worker('PATH')`,
  `import { resolve } from 'node:path'; await import(resolve('PATH'))`,
  `import { join } from 'node:path'; await import(join(process.cwd(), 'PATH'))`,
  'await import(`${process.cwd()}/PATH`)',
  `process.chdir('PATH')`,
  `require.resolve('./index.js', { paths: ['PATH'] })`,
  `import cluster from 'node:cluster'; cluster.setupPrimary({ exec: 'PATH' })`,
  'import { $ } from "zx"; await $`node PATH`',
  'await $`node PATH`',
  `import spawn from 'cross-spawn'; spawn('node', ['PATH'])`,
  `Bun.spawn(['node', 'PATH'])`,
  `import { execa } from 'execa'; await execa('node', ['PATH'])`,
];

/** Ways to require a file from the folder of the workspace. */
const requireForms = [
  `import { createRequire } from 'node:module'; createRequire(new URL('../../../', import.meta.url))('PATH')`,
  `import { createRequire } from 'node:module'; const load = createRequire(__dirname + '/../../../package.json'); load.resolve('PATH')`,
];

/** Code in services/orders/src that names nothing outside, however it looks. */
const lookAlikes = [
  `const text = '@anywise/payments'`,
  `console.log('see ../../payments/src')`,
  `console.log('@anywise/payments', '../../payments')`,
  `throw new Error('ask @anywise/payments')`,
  `expect(text).toBe('@anywise/payments')`,
  `fetch('/services/payments')`,
  `new Map([['@anywise/payments', 1]]).get('@anywise/payments')`,
  `// import '@anywise/payments'`,
  `/* import('@anywise/payments') */`,
  `/** Unlike import('@anywise/payments'), this is prose. */`,
  `/** @param {string} a Unlike import('@anywise/payments'). */ function b(a) {}`,
  `// <reference types="@anywise/payments" />`,
  `new URL('../../payments/1', 'https://api.example/v1/orders/')`,
  `new URL('https://api.example/services/payments')`,
  `const base = process.env.API; new URL('../../payments/1', base)`,
  `new URL('@anywise/payments', import.meta.url)`,
  `new URL('../package.json', import.meta.url)`,
  `new URL('../migrations/', import.meta.url)`,
  `require('debug')('@anywise/payments')`,
  `require()`,
  `registry.register('@anywise/payments')`,
  `/payments/.exec('node ../payments/main.js')`,
  `import { spawn } from 'node:child_process'; spawn('pnpm', ['--filter', '@anywise/payments', 'start'])`,
  `import { join } from 'node:path'; join('..', 'payments')`,
  `import { join } from 'node:path'; join(import.meta.dirname, 'payments')`,
  `import { dirname, resolve } from 'node:path';
   let dir = resolve('.'); while (dir !== '/') { console.log(resolve(dir, process.argv[2])); dir = dirname(dir); }`,
  `await import(constructor)`,
  `await import(process.argv[2])`,
  `await import(process.argv[2] + '/../../payments/src/index.js')`,
  'await import(`@anywise/payments${process.argv[2]}`)',
  'await import(`@anywise/${process.argv[2]}`)',
  'await import(`../${process.argv[2]}/handler.js`)',
  `import { join } from 'node:path'; await import(join(process.argv[2], '../payments'))`,
  `const a = b, b = a; await import(a)`,
  `let a = {}; a = { ...a, b: 1 }; await import(a.c)`,
  `let a = []; a = [...a, './b.js']; a = a.filter(Boolean); a.forEach((b) => import(b))`,
  `const load = (a) => load(a.b); await import(load({ b: './c.js' }))`,
  `const load = (name) => import(name); load('x')`,
  `const names = { pay: '@anywise/payments', own: './a.js' }; await import(names.own)`,
  `import.meta.glob('./*/handler.js')`,
  `import.meta.glob(['../**/*.ts', '!../../payments/**'])`,
  `import data from './payments.json' with { type: 'json' }`,
  `const payments = 1`,
  `setTimeout(() => {}, 10)`,
];

/** Each may be any of the others, so that the ways between them are more than anyone can follow. */
const tangle = Array.from(
  { length: 40 },
  (_, i) => `let v${i}; v${i} = v${(i + 1) % 40} || v${(i + 7) % 40} || f(v${i}.a);`,
);

/** Names with what bundlers and other runtimes add to them. */
const decorated = [
  '@anywise/payments?raw',
  'raw-loader!@anywise/payments/src/index.js',
  '!!raw-loader!../../payments/src/index.js',
  'npm:@anywise/payments',
  '../../payments/src/index.js#pay',
  '../..//payments/src/gone.js',
  '@anywise/contracts/../payments',
];

/** Patterns of paths that reach other slices. */
const globs = [
  '../../*/src/*.ts',
  '../../../**/*.js',
  '../../{payments,shipping}/src/*.ts',
  '../../payment?/**',
  '../../[a-p]*/*',
];

describe.each([
  ['JavaScript', new RuleTester(), [...packageForms, ...aliasForms, ...textForms]],
  [
    'TypeScript',
    new RuleTester({ languageOptions: { parser } }),
    [...packageForms, ...aliasForms, ...textForms, ...typedPackageForms, ...typedAliasForms],
  ],
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

  tester.run('a path from the folder of a process', rule, {
    valid: ['src/index.js', '../orders/src/index.js', 'payments/index.js'].flatMap((path) => fill(runForms, path)),
    invalid: ['../payments/src/index.js', '../../services/payments/src/index.js'].flatMap((path) =>
      crossings(runForms, path),
    ),
  });

  tester.run('a path from the place of another require', rule, {
    valid: fill(requireForms, './services/orders/src/index.js'),
    invalid: crossings(requireForms, './services/payments/src/index.js'),
  });

  tester.run('a specifier with a prefix or suffix', rule, {
    valid: [],
    invalid: decorated.flatMap((name) => crossings(['import "NAME"'], name)),
  });
  tester.run('a pattern', rule, {
    valid: fill(['import.meta.glob("PATH")'], '../../orders-*/*.ts'),
    invalid: globs.flatMap((path) => crossings(['import.meta.glob("PATH")'], path)),
  });
  tester.run('an unknown slice', rule, {
    valid: [],
    invalid: crossings(['import(`PATH${name}/src/index.js`)'], '../../'),
  });
  tester.run('code that only looks like an import', rule, { valid: fill(lookAlikes, ''), invalid: [] });
  tester.run('deeply entangled values', rule, {
    valid: fill([`${tangle.join(' ')} v1.b(v2); import(v3)`], ''),
    invalid: [],
  });
});

describe('in any kind of file', () => {
  const files = [
    'a.ts',
    'a.tsx',
    'a.mts',
    'a.cts',
    'a.d.ts',
    'a.js',
    'a.jsx',
    'a.mjs',
    'a.cjs',
    'a.test.ts',
    'a.config.ts',
  ];
  new RuleTester({ languageOptions: { parser } }).run('a package', rule, {
    valid: [],
    invalid: files.flatMap((file) => crossings([`import 'NAME'`], '@anywise/payments', `services/orders/${file}`)),
  });
});

describe('in the configuration of a tool', () => {
  const harmless = [
    `export default { displayName: 'NAME', title: 'NAME', description: 'NAME' }`,
    `export default { ignores: ['NAME'] }`,
    `export default { test: { exclude: ['NAME'] }, modulePathIgnorePatterns: ['NAME'] }`,
  ];
  const forms = [
    `export default { moduleNameMapper: { '^pay$': 'NAME' } }`,
    `export default { resolve: { alias: { pay: 'NAME' } } }`,
    `export default { setupFiles: ['NAME'] }`,
    `export default { resolve: { alias: { exclude: 'NAME' } } }`,
    `const ignores = ['NAME']; export default { plugins: ignores }`,
  ];
  const names = ['@anywise/payments', '../payments/src/index.ts', '<rootDir>/../payments/src/index.ts'];
  new RuleTester().run('any text', rule, {
    valid: [
      ...fill(forms, '<rootDir>/src/payments.ts', 'services/orders/jest.config.js'),
      ...names.flatMap((name) => fill(harmless, name, 'services/orders/jest.config.js')),
    ],
    invalid: names.flatMap((name) => crossings(forms, name, 'services/orders/jest.config.js')),
  });
});

/**
 * @param {string[]} forms
 * @param {string} specifier
 * @param {string} [file]
 */
function fill(forms, specifier, file = 'services/orders/src/app.ts') {
  return forms.map((form) => ({ code: form.replace(/NAME|PATH/g, () => specifier), filename: workspace.path(file) }));
}

/**
 * @param {string[]} forms
 * @param {string} specifier
 * @param {string} [file]
 */
function crossings(forms, specifier, file) {
  return fill(forms, specifier, file).map((valid) => ({ ...valid, errors: [{ messageId: 'slice' }] }));
}
