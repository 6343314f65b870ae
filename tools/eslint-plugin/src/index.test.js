import { expect, it } from '@jest/globals';
import plugin from './index.js';

const rules = [
  'no-cross-slice-imports',
  'no-cross-slice-dependencies',
  'no-cross-use-case-imports',
  'no-import-cycles',
  'pure-contracts',
];

it('names itself and its rules', () => {
  expect(plugin.meta).toMatchObject({ name: '@anywise/eslint-plugin', namespace: 'anywise' });
  expect(Object.keys(plugin.rules)).toEqual(rules);
});

it('recommends all its rules', () => {
  const recommended = plugin.configs.recommended.flatMap((config) => Object.keys(config.rules ?? {}));
  expect(new Set(recommended)).toEqual(new Set(rules.map((rule) => `anywise/${rule}`)));
});

it('checks every kind of source file, and manifests', () => {
  expect(plugin.configs.recommended.map(({ files }) => files)).toEqual([
    ['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}'],
    ['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}'],
    ['**/package.json'],
    ['**/{ts,js}config{,.*}.json'],
  ]);
});

it('passes other folders to all its rules', () => {
  const workspace = { slices: ['apps/*'], shared: ['libs/*'], contracts: ['libs/messages'], root: '/shop' };
  const configs = plugin.configure({ ...workspace, common: ['kit'], allow: ['yup'] });
  expect(configs.flatMap((config) => Object.entries(config.rules ?? {}))).toEqual([
    ['anywise/no-cross-slice-imports', ['error', workspace]],
    ['anywise/no-cross-use-case-imports', ['error', { ...workspace, common: ['kit'] }]],
    ['anywise/no-import-cycles', 'error'],
    ['anywise/pure-contracts', ['error', { ...workspace, allow: ['yup'] }]],
    ['anywise/no-cross-slice-dependencies', ['error', workspace]],
    ['anywise/no-cross-slice-dependencies', ['error', workspace]],
  ]);
});
