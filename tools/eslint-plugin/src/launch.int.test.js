import { afterAll, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { URL, fileURLToPath } from 'node:url';
import { createFixture } from './testing/fixture.js';

const workspace = createFixture();
afterAll(workspace.dispose);

const plugin = new URL('./index.js', import.meta.url).href;
const parser = createRequire(import.meta.url).resolve('@typescript-eslint/parser', {
  paths: [createRequire(import.meta.url).resolve('typescript-eslint')],
});
workspace.write(
  'eslint.config.mjs',
  `import anywise from '${plugin}';
  import parser from '${parser}';
  export default [{ files: ['**/*.{ts,mts}'], languageOptions: { parser } }, ...anywise.configs.recommended];`,
);
workspace.write('services/orders/src/by-name.ts', `import type { Payment } from '@anywise/payments';`);
workspace.write('services/orders/src/by-path.js', `import '../../payments/src/index.js';`);
workspace.write('services/orders/stray.mts', `import pay = require('@anywise/payments');`);
workspace.write('services/orders/src/a/handler.js', `import '../b/handler.js';`);
workspace.write('services/orders/src/b/handler.js', `import '@anywise/contracts';`);
workspace.write('services/orders/tsconfig.json', `{ "references": [{ "path": "../payments" }] }`);
workspace.write('packages/contracts/src/index.ts', `export * from '@anywise/orders';`);
workspace.addPackage('services/orders', '@anywise/orders', { dependencies: { '@anywise/payments': 'workspace:*' } });

const bin = join(dirname(createRequire(import.meta.url).resolve('eslint/package.json')), 'bin/eslint.js');
const root = fileURLToPath(new URL('../../../', import.meta.url));
const shim = join(root, 'node_modules/.bin/eslint');
// pnpm's shim sets this so that tools find undeclared packages: here, even all packages of the workspace.
workspace.link('hoisted/@anywise/payments', 'services/payments');
workspace.link('hoisted/@anywise/orders', 'services/orders');
const hoisted = [workspace.path('hoisted'), join(root, 'node_modules/.pnpm/node_modules')].join(delimiter);

it.each([
  ['node', process.execPath, [bin], undefined],
  ['node with NODE_PATH', process.execPath, [bin], hoisted],
  ["pnpm's shim", shim, [], undefined],
  ["pnpm's shim with NODE_PATH", shim, [], hoisted],
])('finds the same, started by %s', (_name, command, args, NODE_PATH) => {
  const { stdout } = spawnSync(command, [...args, '.', '--format', 'json'], {
    cwd: workspace.root,
    encoding: 'utf8',
    env: { ...process.env, NODE_PATH },
  });
  /** @type {{ filePath: string, messages: { ruleId: string }[] }[]} */
  const results = JSON.parse(stdout);
  expect(
    results.flatMap(({ filePath, messages }) =>
      messages.map(({ ruleId }) => `${filePath.replace(`${workspace.root}/`, '')}: ${ruleId}`),
    ),
  ).toEqual([
    'packages/contracts/src/index.ts: anywise/no-cross-slice-imports',
    'services/orders/package.json: anywise/no-cross-slice-dependencies',
    'services/orders/src/a/handler.js: anywise/no-cross-use-case-imports',
    'services/orders/src/by-name.ts: anywise/no-cross-slice-imports',
    'services/orders/src/by-path.js: anywise/no-cross-slice-imports',
    'services/orders/stray.mts: anywise/no-cross-slice-imports',
    'services/orders/tsconfig.json: anywise/no-cross-slice-dependencies',
  ]);
});
