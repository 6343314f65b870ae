import json from '@eslint/json';
import { readFileSync } from 'node:fs';
import { URL } from 'node:url';
import { noCrossSliceDependencies } from './rules/no-cross-slice-dependencies.js';
import { noCrossSliceImports } from './rules/no-cross-slice-imports.js';
import { noCrossUseCaseImports } from './rules/no-cross-use-case-imports.js';
import { noImportCycles } from './rules/no-import-cycles.js';
import { pureContracts } from './rules/pure-contracts.js';

/**
 * @typedef {object} Options
 * @property {string[]} [slices]
 * @property {string[]} [shared]
 * @property {string[]} [contracts]
 * @property {string} [root]
 * @property {string[]} [common]
 * @property {string[]} [allow]
 */

/** @type {{ name: string, version: string }} */
const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const plugin = {
  meta: { name, version, namespace: 'anywise' },
  rules: {
    'no-cross-slice-imports': noCrossSliceImports,
    'no-cross-slice-dependencies': noCrossSliceDependencies,
    'no-cross-use-case-imports': noCrossUseCaseImports,
    'no-import-cycles': noImportCycles,
    'pure-contracts': pureContracts,
  },
  // Under this plugin's own names, so that existing linting of JSON still works.
  languages: json.languages,
  configs: {
    /** @returns {import('eslint').Linter.Config[]} */
    get recommended() {
      return configure();
    },
  },
  configure,
};

/**
 * The recommended configuration for a workspace with a different layout.
 * @param {Options} [options]
 * @returns {import('eslint').Linter.Config[]}
 */
function configure({ common, allow, ...workspace } = {}) {
  const shared = { plugins: { anywise: plugin } };
  return [
    {
      ...shared,
      name: 'anywise/imports',
      files: ['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}'],
      rules: {
        'anywise/no-cross-slice-imports': ['error', workspace],
        'anywise/no-cross-use-case-imports': ['error', defined({ ...workspace, common })],
        'anywise/no-import-cycles': 'error',
      },
    },
    {
      ...shared,
      name: 'anywise/contracts',
      files: ['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}'],
      // Tests import a test runner, and configuration files import their tools.
      ignores: ['**/*.{test,test-d,spec,config}.*'],
      rules: { 'anywise/pure-contracts': ['error', defined({ ...workspace, allow })] },
    },
    {
      ...shared,
      name: 'anywise/package-json',
      files: ['**/package.json'],
      language: 'anywise/json',
      rules: { 'anywise/no-cross-slice-dependencies': ['error', workspace] },
    },
    {
      ...shared,
      name: 'anywise/tsconfig',
      files: ['**/{ts,js}config{,.*}.json'],
      language: 'anywise/jsonc',
      languageOptions: { allowTrailingCommas: true },
      rules: { 'anywise/no-cross-slice-dependencies': ['error', workspace] },
    },
  ];
}

/** @param {Record<string, unknown>} options */
function defined(options) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

export default plugin;
