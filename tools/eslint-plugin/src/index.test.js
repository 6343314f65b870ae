import { expect, it } from '@jest/globals';
import plugin from './index.js';

it('names itself and its rules', () => {
  expect(plugin.meta).toMatchObject({ name: '@anywise/eslint-plugin', namespace: 'anywise' });
  expect(Object.keys(plugin.rules)).toEqual(['no-cross-slice-imports']);
});

it('recommends all its rules for every kind of source file', () => {
  const { recommended } = plugin.configs;
  expect(recommended.plugins).toEqual({ anywise: plugin });
  expect(recommended.rules).toEqual({ 'anywise/no-cross-slice-imports': 'error' });
  expect(recommended.files).toEqual(['**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}']);
});
