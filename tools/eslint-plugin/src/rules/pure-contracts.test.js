import { afterAll, describe, expect, it } from '@jest/globals';
import { Linter, RuleTester } from 'eslint';
import plugin from '../index.js';
import { createFixture } from '../testing/fixture.js';
import { pureContracts as rule } from './pure-contracts.js';

RuleTester.describe = describe;
RuleTester.it = it;

const workspace = createFixture();
afterAll(workspace.dispose);
workspace.addPackage('packages/other', '@anywise/other');

new RuleTester().run('contracts', rule, {
  valid: [
    `import { event } from 'anywise'`,
    `import { event } from 'anywise/contract'`,
    `import { z } from 'zod'`,
    `import { z } from 'zod/mini'`,
    `import * as v from 'valibot'`,
    `import { type } from 'arktype'`,
    `/** @import { StandardSchemaV1 } from '@standard-schema/spec' */`,
    `export * from './payments.js'`,
    `import '../package.json' with { type: 'json' }`,
    `const docs = new URL('https://api.example/docs')`,
    `const text = 'node:crypto'`,
    `service.import('express')`,
    `this.require('express')`,
    `const read = (jest) => jest.mock('express')`,
    `const require = (name) => name; require('express')`,
    `import { z } from 'zod'; z.string().describe("require('express')")`,
    `/** Unlike import('express'), this is prose. */`,
    `export * from '@anywise/payments'`,
  ].map((code) => ({ code, filename: workspace.path('packages/contracts/src/index.js') })),
  invalid: [
    `import { randomUUID } from 'node:crypto'`,
    `import 'express'`,
    `import 'anywise/memory'`,
    `import 'zodiac'`,
    `import '@anywise/other'`,
    `export * from '../../other/src/index.js'`,
    `await import('express')`,
    `require('fs')`,
    `import 'https://esm.example/zod'`,
    `new URL('../../other/', import.meta.url)`,
    `/** @type {import('express').Request} */ let request`,
  ].map((code) => ({
    code,
    filename: workspace.path('packages/contracts/src/index.js'),
    errors: [{ messageId: 'impure' }],
  })),
});

it('says what to do instead', () => {
  expect(lint('packages/contracts/src/a.js', `import 'express'`)).toMatchInlineSnapshot(`
    [
      "\`packages/contracts\` holds contracts, but it imports \`express\`. Contracts are messages and nothing else; they may import only \`anywise\`, \`anywise/contract\`, \`zod\`, \`zod/*\`, \`valibot\`, \`arktype\`, \`@standard-schema/spec\`. Move anything that needs more into the slice that owns the message. See docs/boundaries.md.",
    ]
  `);
});

it.each([
  'packages/other/src/a.js',
  'services/orders/src/a.js',
  'packages/contracts/src/a.test.js',
  'packages/contracts/jest.config.js',
])('leaves %s alone', (file) => {
  expect(lint(file, `import 'express'`)).toEqual([]);
});

it('has options for what contracts may import and where they are', () => {
  const options = { allow: ['yup', 'yup/*'], contracts: ['libs/messages'] };
  workspace.addPackage('libs/messages', '@anywise/messages');
  expect(lint('libs/messages/src/a.js', `import 'yup'; import 'yup/lib'; import './b.js'`, options)).toEqual([]);
  expect(lint('libs/messages/src/a.js', `import 'zod'`, options)).toHaveLength(1);
  expect(lint('packages/contracts/src/a.js', `import 'express'`, options)).toEqual([]);
});

it('reports contracts that cannot be found', () => {
  const [message] = lint('packages/contracts/src/a.js', '', { contracts: ['libs/messages', 'libs/nowhere'] });
  expect(message?.replaceAll(workspace.root, '<root>')).toMatchInlineSnapshot(
    `"Slice boundaries cannot be checked. The option \`contracts\`: no folder matches \`libs/nowhere\` in \`<root>\`. Correct the pattern or remove it."`,
  );
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
