import { readFileSync } from 'node:fs';
import { URL } from 'node:url';
import { noCrossSliceImports } from './rules/no-cross-slice-imports.js';

/** @type {{ name: string, version: string }} */
const { name, version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

const plugin = {
  meta: { name, version, namespace: 'anywise' },
  rules: { 'no-cross-slice-imports': noCrossSliceImports },
  configs: {
    /** @returns {import('eslint').Linter.Config} */
    get recommended() {
      return {
        name: 'anywise/recommended',
        files: ['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}'],
        plugins: { anywise: plugin },
        rules: { 'anywise/no-cross-slice-imports': 'error' },
      };
    },
  },
};

export default plugin;
