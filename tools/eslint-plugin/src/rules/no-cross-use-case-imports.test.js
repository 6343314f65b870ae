import { afterAll, describe, expect, it } from '@jest/globals';
import { Linter, RuleTester } from 'eslint';
import plugin from '../index.js';
import { createFixture } from '../testing/fixture.js';
import { noCrossUseCaseImports as rule } from './no-cross-use-case-imports.js';

RuleTester.describe = describe;
RuleTester.it = it;

const workspace = createFixture();
afterAll(workspace.dispose);
for (const folder of ['place-order', 'place-order-again', 'get-order', 'testing']) {
  workspace.write(`services/orders/src/${folder}/handler.ts`, '');
}
workspace.link('services/orders/src/place-order/linked', 'services/orders/src/get-order');
workspace.write('services/orders/tsconfig.json', '{ "compilerOptions": { "paths": { "~/*": ["./src/*"] } } }');

new RuleTester().run('a use case', rule, {
  valid: [
    `import './route.js'`,
    `import './parts/get-order/handler.js'`,
    `import '../order.js'`,
    `import '../get-order.js'`,
    `import '../app.js'`,
    `import '../testing/orders.js'`,
    `import '../place-order/decide.js'`,
    `import '~/order.js'`,
    `import '@anywise/contracts'`,
    `import '@anywise/orders/src/order.js'`,
    `import 'get-order'`,
    `import.meta.glob('./*.js')`,
    `new URL('../../migrations/', import.meta.url)`,
    'await import(`../${name}.js`)',
    `import '../../../payments/src/get-order/handler.js'`,
    `service.import('../get-order/handler.js')`,
    `this.require('../get-order/handler.js')`,
    `const read = (jest) => jest.mock('../get-order/handler.js')`,
    `function require(name) { return name } require('../get-order/handler.js')`,
    `new URL('../get-order/handler.js', 'https://api.example/orders/')`,
    `const text = '../get-order/handler.js'`,
    `it('is not ../get-order/handler.js', () => {})`,
  ].map((code) => ({ code, filename: workspace.path('services/orders/src/place-order/handler.js') })),
  invalid: [
    `import '../get-order/handler.js'`,
    `import '../get-order'`,
    `import '../place-order-again/handler.js'`,
    `export * from '../get-order/handler.js'`,
    `await import('../get-order/handler.js')`,
    `require('../get-order/handler.js')`,
    `jest.mock('../get-order/handler.js')`,
    `new URL('../get-order/handler.js', import.meta.url)`,
    `import '../../src/get-order/handler.js'`,
    `import './linked/handler.js'`,
    `import '~/get-order/handler.js'`,
    `import '@anywise/orders/src/get-order/handler.js'`,
    `import.meta.glob('../*/handler.js')`,
    `/** @type {import('../get-order/handler.js').A} */ let a`,
  ].map((code) => ({
    code,
    filename: workspace.path('services/orders/src/place-order/handler.test.js'),
    errors: [{ messageId: 'useCase' }],
  })),
});

const crossing = `import '../get-order/handler.js'`;

it('says what to do instead', () => {
  expect(lint('services/orders/src/place-order/handler.js', crossing)).toMatchInlineSnapshot(`
    [
      "\`services/orders/src/place-order\` reaches into the use case \`services/orders/src/get-order\` via \`../get-order/handler.js\`. Move what both need into a file directly in \`services/orders/src\`, or send a message. See docs/boundaries.md.",
    ]
  `);
});

it.each(['services/orders/src/testing/orders.js', 'packages/contracts/src/orders/a.js', 'tools/dev/src/a/b.js'])(
  'leaves %s alone',
  (file) => {
    expect(lint(file, crossing)).toEqual([]);
  },
);

it('ignores files that are not use cases', () => {
  const code = `import './get-order/handler.js'; import './place-order/handler.js'`;
  expect(lint('services/orders/src/app.js', code)).toEqual([]);
});

it('has an option for folders that are not use cases', () => {
  const file = 'services/orders/src/place-order/handler.js';
  expect(lint(file, crossing, { common: ['get-order'] })).toEqual([]);
  expect(lint(file, `import '../testing/orders.js'`, { common: ['get-order'] })).toHaveLength(1);
});

/**
 * @param {string} file
 * @param {string} code
 * @param {import('../index.js').Options} [options]
 */
function lint(file, code, options) {
  const linter = new Linter({ cwd: workspace.root });
  return linter.verify(code, plugin.configure(options), workspace.path(file)).map(({ message }) => message);
}
