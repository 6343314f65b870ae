import anywise from '@anywise/eslint-plugin';
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import tseslint from 'typescript-eslint';

const root = import.meta.dirname;
const code = '**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}';

const browserNames = [
  'CSS',
  'CustomEvent',
  'Element',
  'URL',
  'document',
  'fetch',
  'getSelection',
  'location',
  'matchMedia',
  'setInterval',
  'window',
];

const timers = 'Use `startTimer`, `startInterval` or `sleep` of `anywise/kit`, which take any time.';

// What a tsconfig.json includes. To ask for the types of another file is an error, and no rule would look at that file.
const typed = foldersIn('.')
  .flatMap((folder) => [folder, ...foldersIn(folder)])
  .filter((folder) => existsSync(join(root, folder, 'tsconfig.json')))
  .map((folder) => `${folder}/src/**/*.{ts,tsx,mts,cts}`);

export default defineConfig(
  // Only what tools write: a folder called `dist` inside `src` is code like any other.
  {
    ignores: [
      'e2e/src/recipes/prisma-client/**',
      'tools/site/.vitepress/{cache,.temp}/**',
      '*/{dist,coverage}/**',
      '*/*/{dist,coverage}/**',
      '**/.turbo/**',
      '**/.anywise/**',
    ],
  },
  // A rule that does not fit is changed here, for all to see.
  { linterOptions: { noInlineConfig: true } },
  {
    files: [code],
    extends: [js.configs.recommended, tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      // An async function without await still turns a throw into a rejection, which is what a port's method promises.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Abstract classes are the base of messages and the tokens of injection: both may be empty.
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  { files: [code], ignores: typed, extends: [tseslint.configs.disableTypeChecked] },
  {
    // Mistakes are made here on purpose, and what does not compile has no type that could be safe.
    files: ['**/*.test-d.ts'],
    rules: {
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // TypeORM declares options as classes, and gives its driver by what all of them have in common.
    files: ['e2e/src/recipes/typeorm*.ts'],
    rules: { '@typescript-eslint/no-unsafe-class-instance-assignment': 'off' },
  },
  {
    // One dialect, and no test that hides the others.
    files: [code],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            { name: '@jest/globals', importNames: ['test', 'xtest'], message: 'Write `it`.' },
            { name: '@jest/globals', importNames: ['fit', 'fdescribe'], message: 'It would hide all other tests.' },
            { name: '@jest/globals', importNames: ['xit', 'xdescribe'], message: 'Write `it.skip`, and why.' },
          ],
        },
      ],
      'no-restricted-properties': [
        'error',
        ...['it', 'describe'].map((object) => ({
          object,
          property: 'only',
          message: 'It would hide all other tests.',
        })),
      ],
    },
  },
  {
    // Node makes 1 ms of a time that is too long for it.
    files: ['packages/{anywise,service}/src/**/*.ts'],
    ignores: ['**/*.test.ts', '**/core/time/timers.ts', 'packages/anywise/src/client/timers.ts'],
    rules: {
      'no-restricted-globals': ['error', ...['setTimeout', 'setInterval'].map((name) => ({ name, message: timers }))],
      'no-restricted-imports': [
        'error',
        {
          paths: ['node:timers', 'timers', 'node:timers/promises', 'timers/promises'].map((name) => ({
            name,
            importNames: ['setTimeout', 'setInterval', 'scheduler'],
            message: timers,
          })),
        },
      ],
      'no-restricted-properties': [
        'error',
        { object: 'AbortSignal', property: 'timeout', message: timers },
        ...['globalThis', 'global'].flatMap((object) =>
          ['setTimeout', 'setInterval'].map((property) => ({ object, property, message: timers })),
        ),
      ],
    },
  },
  {
    // What a browser runs.
    files: ['packages/dashboard/assets/*.js'],
    languageOptions: { globals: Object.fromEntries(browserNames.map((name) => [name, 'readonly'])) },
  },
  // `services/all` runs the slices in one process, and is the only package that may import them.
  anywise.configure({ slices: foldersIn('services').filter((folder) => folder !== 'services/all') }),
  { ...prettier, files: [code] },
);

function foldersIn(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map((entry) => (folder === '.' ? entry.name : `${folder}/${entry.name}`));
}
