// Plain JavaScript modules: nothing to transform.
/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/src'],
  testMatch: ['**/*.test.js'],
  transform: {},
  testTimeout: 60_000,
};
