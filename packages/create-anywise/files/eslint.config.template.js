import anywise from '@anywise/eslint-plugin';
import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import tseslint from 'typescript-eslint';

const code = '**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}';

// `services/all` runs the slices in one process, and is the only package that may import them.
const slices = readdirSync(join(import.meta.dirname, 'services'))
  .filter((name) => name !== 'all')
  .map((name) => `services/${name}`);

export default defineConfig(
  { ignores: ['*/*/{dist,coverage}/**', '**/.turbo/**', '**/.anywise/**'] },
  {
    files: [code],
    extends: [js.configs.recommended, tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // An async function without await still turns a throw into a rejection.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Abstract classes are the base of messages and the tokens of injection: both may be empty.
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  { files: [code], ignores: ['*/*/src/**'], extends: [tseslint.configs.disableTypeChecked] },
  anywise.configure({ slices }),
  { ...prettier, files: [code] },
);
