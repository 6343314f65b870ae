import { availableParallelism } from 'node:os';

/** @type {import('jest').Config} */
export default {
  preset: '../jest.config.base.js',
  globalSetup: './jest.setup.js',
  globalTeardown: './jest.teardown.js',
  testTimeout: 180_000,
  // These tests wait for processes most of the time: two at once, even if Jest would run one.
  maxWorkers: Math.max(2, availableParallelism() - 1),
};
