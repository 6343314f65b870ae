import { afterAll, describe, expect, it } from '@jest/globals';
import { Linter } from 'eslint';
import plugin from '../index.js';
import { createFixture } from '../testing/fixture.js';

const workspace = createFixture();
afterAll(workspace.dispose);
workspace.link('services/orders/node_modules/linked', 'services/payments');

describe('package.json', () => {
  it.each([
    { dependencies: { '@anywise/payments': 'workspace:*' } },
    { devDependencies: { '@anywise/payments': '^1.0.0' } },
    { peerDependencies: { '@anywise/payments': '*' } },
    { peerDependenciesMeta: { '@anywise/payments': { optional: true } } },
    { optionalDependencies: { '@anywise/payments': '*' } },
    { dependenciesMeta: { '@anywise/payments': { injected: true } } },
    { bundleDependencies: ['@anywise/payments'] },
    { bundledDependencies: ['@anywise/payments'] },
    { dependencies: { pay: 'workspace:@anywise/payments@*' } },
    { dependencies: { pay: 'workspace:../payments' } },
    { dependencies: { pay: 'npm:@anywise/payments@1.0.0' } },
    { dependencies: { pay: 'npm:@anywise/payments' } },
    { dependencies: { pay: 'link:../payments' } },
    { dependencies: { pay: 'file:../payments' } },
    { dependencies: { pay: 'file:../payments/payments-1.0.0.tgz' } },
    { dependencies: { pay: 'portal:../payments' } },
    { dependencies: { pay: '../payments' } },
    { dependencies: { linked: '*' } },
    { overrides: { express: { pay: 'npm:@anywise/payments@1' } } },
    { overrides: { '@anywise/payments@1': '2' } },
    { resolutions: { pay: 'link:../payments' } },
    { pnpm: { overrides: { 'express>@anywise/payments': '1' } } },
    { imports: { '#pay': '@anywise/payments' } },
    { imports: { '#pay/*': { node: '../payments/src/*.js' } } },
    { exports: { './pay': '../payments/src/index.js' } },
    { browser: { './pay.js': '@anywise/payments' } },
    { main: '../payments/src/index.js' },
    { types: '../payments/src/index.ts' },
    { bin: { pay: '../payments/src/main.js' } },
    { files: ['../payments/dist'] },
    { workspaces: ['../*'] },
    { directories: { lib: '../payments/src' } },
    { scripts: { dev: 'node ../payments/src/main.js' } },
    { scripts: { dev: 'cd ../payments && pnpm dev' } },
    { scripts: { build: 'tsc --project=../payments/tsconfig.json' } },
    { jest: { moduleNameMapper: { '^pay$': '<rootDir>/../payments/src/index.ts' } } },
    { jest: { setupFiles: ['@anywise/payments'] } },
    { jest: { moduleNameMapper: { ignore: '<rootDir>/../payments/src/index.ts' } } },
    { dependencies: { ignore: 'link:../payments' } },
    { imports: { '#exclude': '@anywise/payments' } },
  ])('does not name another slice by %j', (manifest) => {
    expect(lint('services/orders/package.json', manifest)).toHaveLength(1);
    expect(lint('packages/contracts/package.json', move(manifest))).toHaveLength(
      'linked' in Object(manifest.dependencies) ? 0 : 1,
    );
    expect(lint('e2e/package.json', manifest)).toEqual([]);
  });

  it.each([
    {
      name: '@anywise/orders',
      description: 'Unlike @anywise/payments',
      keywords: ['@anywise/payments', '../payments'],
    },
    {
      dependencies: {
        '@anywise/contracts': 'workspace:*',
        '@anywise/payments-ui': '1',
        payments: '1',
        express: 'catalog:',
      },
    },
    {
      dependencies: {
        contracts: 'workspace:@anywise/contracts@*',
        ui: 'npm:@anywise/payments-ui@1',
        a: 'link:../../packages/a',
      },
    },
    { imports: { '#payments': './src/payments.js', '#payments/*': './src/payments/*' } },
    { scripts: { dev: 'anywise-dev', test: 'node ../../node_modules/jest/bin/jest.js', payments: 'echo payments' } },
    { repository: { type: 'git', url: 'https://x.example/y.git', directory: 'services/payments' } },
    { anywise: { port: 3001, listensTo: '@anywise/payments' } },
    { jest: { displayName: '@anywise/payments', modulePathIgnorePatterns: ['<rootDir>/../payments/dist'] } },
    { eslintConfig: { ignorePatterns: ['../payments/**'] }, c8: { exclude: ['../payments/**'] } },
    { scripts: { note: "echo '@anywise/payments' payments" }, files: ['!../payments'] },
    { funding: { url: '../payments' }, contributors: [{ name: '@anywise/payments', url: '../payments' }] },
    { files: ['dist', 'payments'], main: './payments/index.js', exports: { './payments': './src/payments.js' } },
  ])('may say %j', (manifest) => {
    expect(lint('services/orders/package.json', manifest)).toEqual([]);
  });

  it('reports what to do instead', () => {
    const [problem] = lint('services/orders/package.json', { dependencies: { '@anywise/payments': 'workspace:*' } });
    expect(problem?.message).toMatchInlineSnapshot(
      `"\`services/orders\` depends on the slice \`services/payments\`: \`@anywise/payments\` in \`dependencies.@anywise/payments\`. Remove it and share a message through \`@anywise/contracts\` instead: send a command or query of \`services/payments\`, or listen to one of its events. See docs/boundaries.md."`,
    );
    const [inShared] = lint('packages/contracts/package.json', { imports: { '#pay': '@anywise/payments' } });
    expect(inShared?.message).toMatchInlineSnapshot(
      `"\`packages/contracts\` is shared code, but it depends on the slice \`services/payments\`: \`@anywise/payments\` in \`imports.#pay\`. Remove it: shared code must not depend on any slice. See docs/boundaries.md."`,
    );
  });

  it('is reported at its position', () => {
    const text = '{\n  "dependencies": {\n    "@anywise/payments": "workspace:*"\n  }\n}\n';
    expect(verify('services/orders/package.json', text)).toMatchObject([{ line: 3, column: 5, endColumn: 24 }]);
  });
});

describe('tsconfig.json', () => {
  it.each([
    { extends: '../payments/tsconfig.json' },
    { extends: ['../../tsconfig.base.json', '@anywise/payments/tsconfig.json'] },
    { references: [{ path: '../payments' }] },
    { references: [{ path: '../payments/tsconfig.build.json' }] },
    { files: ['../payments/src/index.ts'] },
    { include: ['src', '../payments/src'] },
    { include: ['../payments'] },
    { include: ['..'] },
    { include: ['../../services/*/src'] },
    { include: ['../**/*.ts'] },
    { include: ['${configDir}/../payments/src'] },
    { compilerOptions: { paths: { pay: ['../payments/src/index.ts'] } } },
    { compilerOptions: { paths: { '*': ['../*/src/index.ts'] } } },
    { compilerOptions: { paths: { '@anywise/payments': ['./src/payments.ts'] } } },
    { compilerOptions: { baseUrl: '../..', paths: { pay: ['services/payments/src'] } } },
    { compilerOptions: { baseUrl: '../payments' } },
    { compilerOptions: { paths: { exclude: ['../payments/src/index.ts'] } } },
    { compilerOptions: { rootDir: '../payments' } },
    { compilerOptions: { rootDirs: ['src', '../payments/src'] } },
    { compilerOptions: { typeRoots: ['../payments/types'] } },
    { compilerOptions: { types: ['@anywise/payments'] } },
    { compilerOptions: { plugins: [{ name: '@anywise/payments/plugin' }] } },
    { compilerOptions: { jsxImportSource: '@anywise/payments' } },
    { compilerOptions: { outDir: '../payments/dist' } },
  ])('does not name another slice by %j', (configuration) => {
    expect(lint('services/orders/tsconfig.json', configuration)).toHaveLength(1);
    expect(lint('services/orders/tsconfig.build.json', configuration)).toHaveLength(1);
    expect(lint('services/orders/jsconfig.json', configuration)).toHaveLength(1);
    expect(lint('tsconfig.base.json', configuration)).toEqual([]);
  });

  it.each([
    { extends: '../../tsconfig.base.json', compilerOptions: { rootDir: 'src', outDir: 'dist' }, include: ['src'] },
    { compilerOptions: { rootDir: '../..', baseUrl: '../..', typeRoots: ['../../node_modules/@types'] } },
    { compilerOptions: { paths: { '~/*': ['./src/*'], payments: ['./src/payments.ts'] }, types: ['node'] } },
    { references: [{ path: '../../packages/contracts' }], include: ['src', '../../packages/contracts/src'] },
    { include: ['src'], exclude: ['../payments'] },
    { include: ['payments', '../payments-ui/src'] },
    { typedocOptions: { exclude: ['../payments/**'] }, 'ts-node': { ignore: ['../payments'] } },
    { compilerOptions: { paths: { payments: ['./src/exclude.ts'] } }, watchOptions: { excludeFiles: ['../payments'] } },
  ])('may say %j', (configuration) => {
    expect(lint('services/orders/tsconfig.json', configuration)).toEqual([]);
  });

  it('may have comments and trailing commas', () => {
    const text = '{\n  // @anywise/payments\n  "references": [{ "path": "../payments" },],\n}\n';
    expect(verify('services/orders/tsconfig.json', text)).toMatchObject([
      { ruleId: 'anywise/no-cross-slice-dependencies', line: 3 },
    ]);
  });
});

it('reports a configuration that would check nothing', () => {
  const [problem] = lint('services/orders/package.json', {}, { slices: ['apps/*'] });
  expect(problem?.message.replaceAll(workspace.root, '<root>')).toMatchInlineSnapshot(
    `"Slice boundaries cannot be checked. The option \`slices\`: no folder with a package.json matches \`apps/*\` in \`<root>\`. Correct the pattern or remove it."`,
  );
});

/**
 * @param {string} file
 * @param {object} content
 * @param {object} [options]
 */
function lint(file, content, options) {
  return verify(file, JSON.stringify(content), options);
}

/**
 * @param {string} file
 * @param {string} text
 * @param {object} [options]
 */
function verify(file, text, options) {
  const linter = new Linter({ cwd: workspace.root });
  return linter.verify(text, plugin.configure(options), workspace.path(file));
}

/**
 * The same for a package.
 * @param {object} content
 */
function move(content) {
  return JSON.parse(JSON.stringify(content).replaceAll('../', '../../services/'));
}
