// ESM end to end: run with `node --experimental-vm-modules`, because inversify is ESM only and Jest on Node 20 cannot require() it.
import { fileURLToPath, URL } from 'node:url';

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@anywise/source', 'node', 'node-addons'] },
  roots: ['<rootDir>/src'],
  setupFiles: [fileURLToPath(new URL('jest.setup.base.js', import.meta.url))],
  testMatch: ['**/*.test.ts'],
  // Longer than anything that waits, so that it can say what it waited for.
  testTimeout: 180_000,
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: false, useDefineForClassFields: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};
