import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Linter, RuleTester } from 'eslint';
import { parser } from 'typescript-eslint';
import { noCrossSliceImports as rule } from '../rules/no-cross-slice-imports.js';
import { createFixture } from '../testing/fixture.js';

RuleTester.describe = describe;
RuleTester.it = it;

const workspace = createFixture();
afterAll(workspace.dispose);
const filename = workspace.path('services/orders/src/app.ts');

/** Methods of the file's own objects, called as loaders are. `NAME` is a package or a path of another slice. */
const ownMembers = [
  `service.import('NAME')`,
  `this.require('NAME')`,
  `store.mock('NAME')`,
  `plugins.load('NAME')`,
  `registry.register('NAME')`,
  `container.resolve('NAME')`,
  `container.require('NAME')`,
  `paths.require.resolve('NAME')`,
  `rules.define('NAME')`,
  `customElements.define('NAME', Payment)`,
  `schema.define(['NAME'])`,
  `app.System.import('NAME')`,
  `repository.fork('NAME')`,
  `pool.spawn('NAME')`,
  `pool.execFile('NAME')`,
  `database.exec('select NAME')`,
  `catalogue.addModule('NAME')`,
  `new api.URL('NAME')`,
  `new queues.Worker('NAME')`,
  `new worlds.Function('import("NAME")')`,
  `runner.eval('import("NAME")')`,
  `clock.setTimeout('import("NAME")')`,
  `report.jest.mock('NAME')`,
  `stubs.mock.module('NAME')`,
  `factory.createRequire('NAME')`,
  `compiler._load('NAME')`,
  `compiler.tsImport('NAME')`,
  `orders.requirejs(['NAME'])`,
  `context.glob('NAME')`,
  `form.hot.accept('NAME')`,
  `workers.setupPrimary({ exec: 'NAME' })`,
  `texts.join('NAME')`,
  `jest.fn().mockReturnValue('NAME')`,
  `jest.fn().mock('NAME')`,
  `vi.spyOn(store, 'mock').mock('NAME')`,
  `require('./a.js').require('NAME')`,
  `const tools = { require: (name) => name }; tools.require('NAME')`,
  `const tools = { require(name) { return name } }; tools.require('NAME')`,
  `const tools = { jest: { mock() {} } }; tools.jest.mock('NAME')`,
  `class Loader { require(name) { return name } all() { return this.require('NAME') } }`,
  `class Loader { #require = (name) => name; all() { return this.#require('NAME') } }`,
  `class Loader { static require(name) { return name } } Loader.require('NAME')`,
  `class Loader { require(name) { return name } } new Loader().require('NAME')`,
  `class Loader { constructor(names) { this.require = names.get } all() { return this.require('NAME') } }`,
  `import { service } from './service.js'; service.import('NAME')`,
  `import { service } from './service.js'; service.require('NAME')`,
  `import * as service from './service.js'; service.mock('NAME')`,
  `import service from './service.js'; service.createRequire('NAME')`,
];

/** Names of loaders that mean something of the file's own. */
const shadowed = [
  `function require(name) { return name } require('NAME')`,
  `const require = (name) => name; require('NAME')`,
  `const require = new Map(); require.resolve('NAME')`,
  `function read(require) { return require('NAME') }`,
  `function read(jest) { jest.mock('NAME') }`,
  `function read({ require }) { return require('NAME') }`,
  `function read([require]) { return require('NAME') }`,
  `export const read = (createRequire) => createRequire('NAME')`,
  `const read = (vi) => vi.mock('NAME'); read(store)`,
  `const read = (vi) => vi.mock('NAME'); read({ mock() {} })`,
  `const jest = createStore(); jest.mock('NAME')`,
  `const { jest } = options; jest.mock('NAME')`,
  `const module = { require: (name) => name }; module.require('NAME')`,
  `const System = createSystem(); System.import('NAME')`,
  `function define(names) { return names } define(['NAME'])`,
  `class URL {} new URL('NAME')`,
  `class Worker {} new Worker('NAME')`,
  `import { Worker } from 'bullmq'; new Worker('NAME', handle)`,
  `import { Worker } from './worker.js'; new Worker('NAME')`,
  `import { fork } from 'redux-saga/effects'; fork('NAME')`,
  `import { register } from './registry.js'; register('NAME')`,
  `import { require } from './rules.js'; require('NAME')`,
  `import { jest } from './sports.js'; jest.mock('NAME')`,
  `import { mock } from './store.js'; mock.module('NAME')`,
  `import { spawn } from './pool.js'; spawn('NAME')`,
  `import { resolve } from './container.js'; resolve('NAME')`,
  `import vm from './view-model.js'; vm.show('import("NAME")')`,
  `const vm = createModel(); vm.show('import("NAME")')`,
  `const proxyquire = (name) => name; proxyquire('NAME')`,
  `const esmock = (name) => name; esmock('NAME')`,
  `const td = createTable(); td.replace('NAME')`,
  `const eval_ = { eval: (text) => text }; eval_.eval('import("NAME")')`,
  `function setTimeout(text) { return text } setTimeout('import("NAME")')`,
  `const path = routes(); path.join('/', 'NAME')`,
  `const process = step(); process.chdir('NAME')`,
  `const importScripts = (name) => name; importScripts('NAME')`,
  `for (const require of rules) require('NAME')`,
  `try { go() } catch (require) { require('NAME') }`,
  `const act = function require(name) { return name ? require('NAME') : name }`,
  `import { createRequire } from './compat.js'; createRequire('NAME')`,
  `$('NAME')`,
  `$('<a href="NAME">')`,
];

/** Names in what is only read by people, or not meant for the module at all. */
const texts = [
  `const help = { import: 'NAME', require: 'NAME', mock: ['NAME'] }`,
  `const text = "require('NAME')"`,
  'const text = `import "NAME"`',
  `it('does not import NAME', () => {})`,
  `expect(() => load()).toThrow("Cannot find module 'NAME'")`,
  `log.info({ module: 'NAME' }, 'NAME')`,
  `jest.fn('NAME')`,
  `jest.spyOn(store, 'NAME')`,
  `vi.stubEnv('PAYMENTS', 'NAME')`,
  `test('a', (t) => { t.diagnostic('NAME') })`,
  `new Intl.Segmenter('NAME')`,
  `new URL('NAME', 'https://api.example')`,
  `new URL('NAME', base)`,
  `new URLSearchParams('NAME')`,
  `url.pathToFileURL('NAME')`,
  `/** Say {@link import('NAME')} to load it. */`,
  `/**\n * @example\n * if (paid) { await import('NAME') }\n */`,
  `/** A note { import('NAME') } in braces. */`,
  `/** @import has nothing to do with 'NAME'. */`,
  `/** @see {import('NAME')} */`,
];

/** The same, where only TypeScript can parse it. */
const typed = [
  `interface Loader { require(name: 'NAME'): void; mock: 'NAME' }`,
  `type Names = 'NAME' | { require: 'NAME' }`,
  `abstract class Loader { abstract require(name: string): void; all() { this.require('NAME') } }`,
  `class Loader { constructor(private readonly require: (name: string) => void) {} all() { this.require('NAME') } }`,
  `class Loader { declare require: (name: string) => void; all() { this.require('NAME') } }`,
  `function read(jest: Store) { jest.mock('NAME') }`,
  `(service as Service).import('NAME')`,
  `service!.import('NAME')`,
  `enum require { pay = 'NAME' } console.log(require.pay)`,
  `namespace require { export const resolve = (name: string) => name } require.resolve('NAME')`,
  `function require(name: string): string; function require(name: any) { return name } require('NAME')`,
  `import require = Rules.require; require('NAME')`,
];

const names = ['@anywise/payments', '../../payments/src/index.js'];

describe.each([
  ['JavaScript', new RuleTester(), [...ownMembers, ...shadowed, ...texts]],
  ['TypeScript', new RuleTester({ languageOptions: { parser } }), [...ownMembers, ...shadowed, ...texts, ...typed]],
])('in %s what only looks like a loader names no module:', (_language, tester, forms) => {
  tester.run('code that only looks like an import', rule, {
    valid: forms.flatMap((form) => names.map((name) => ({ code: form.replaceAll('NAME', () => name), filename }))),
    invalid: [],
  });
});

/** What loaders are called, and their objects. */
const loaderNames = [
  'require',
  'import',
  'mock',
  'resolve',
  'createRequire',
  'jest',
  'vi',
  'module',
  'define',
  'System',
];
const loaderName = fc.constantFrom(...loaderNames);

/** Ways in which a file makes an object of its own; the method has any name. */
const ownObjects = fc.constantFrom(
  (/** @type {string} */ name, /** @type {string} */ method) => `const ${name} = { ${method}() {} };`,
  (/** @type {string} */ name, /** @type {string} */ method) => `const ${name} = { ${method}: (a) => a };`,
  (/** @type {string} */ name, /** @type {string} */ method) => `class A { ${method}(a) {} } const ${name} = new A();`,
  (/** @type {string} */ name, /** @type {string} */ method) => `import { ${name} } from './${method}.js';`,
  (/** @type {string} */ name) => `const ${name} = options;`,
  (/** @type {string} */ name) => `const { ${name} } = options;`,
  (/** @type {string} */ name) => `let ${name}; ${name} = create();`,
);

/** Ways in which `from` becomes `to`. */
const aliases = fc.constantFrom(
  (/** @type {string} */ from, /** @type {string} */ to) => `const ${to} = ${from};`,
  (/** @type {string} */ from, /** @type {string} */ to) => `let ${to}; ${to} = ${from};`,
  (/** @type {string} */ from, /** @type {string} */ to) => `const ${to} = process.argv[2] ? a => a : ${from};`,
  (/** @type {string} */ from, /** @type {string} */ to) => `const ${to} = undefined ?? ${from};`,
  (/** @type {string} */ from, /** @type {string} */ to) => `const { ${to} } = { ${to}: ${from} };`,
  (/** @type {string} */ from, /** @type {string} */ to) => `const [${to}] = [${from}];`,
  (/** @type {string} */ from, /** @type {string} */ to) =>
    `const o${to} = {}; o${to}.a = ${from}; const ${to} = o${to}.a;`,
  (/** @type {string} */ from, /** @type {string} */ to) =>
    `class C${to} { a = ${from} } const ${to} = new C${to}().a;`,
  (/** @type {string} */ from, /** @type {string} */ to) => `const ${to} = (() => ${from})();`,
  (/** @type {string} */ from, /** @type {string} */ to) => `const f${to} = (a) => a; const ${to} = f${to}(${from});`,
);

it('does not mistake a method of an object in the file for a loader, whatever its name', () => {
  fc.assert(
    fc.property(ownObjects, loaderName, loaderName, fc.constantFrom(...names), (own, name, method, specifier) => {
      const [object, called] = [name, method].map((word) => (word === 'import' ? 'load' : word));
      expect(lint(`${own(object ?? '', called ?? '')} ${object}.${method}('${specifier}')`)).toEqual([]);
    }),
  );
});

it('finds a loader under any other name', () => {
  const loaders = fc.constantFrom('require', 'require.resolve', 'import.meta.resolve', 'jest.mock', 'module.require');
  fc.assert(
    fc.property(loaders, fc.array(aliases, { maxLength: 6 }), fc.constantFrom(...names), (loader, steps, specifier) => {
      const lines = steps.map((step, i) => step(i === 0 ? loader : `v${i - 1}`, `v${i}`));
      const last = steps.length === 0 ? loader : `v${steps.length - 1}`;
      expect(lint(`${lines.join(' ')} ${last}('${specifier}')`)).toHaveLength(1);
    }),
  );
});

/** @param {string} code */
function lint(code) {
  const plugin = { rules: { rule } };
  const configuration = {
    plugins: { plugin },
    rules: { 'plugin/rule': /** @type {const} */ ('error') },
    files: ['**/*.ts'],
  };
  return new Linter({ cwd: workspace.root }).verify(code, [configuration], filename).map(({ message }) => message);
}
