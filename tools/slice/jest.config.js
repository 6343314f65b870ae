// The template's own tests run too, so that whatever is generated from it works.
/** @type {import('jest').Config} */
export default {
  preset: '../../jest.config.base.js',
  // Prettier formats every file that is planned.
  testTimeout: 30_000,
  roots: ['<rootDir>/src', '<rootDir>/template'],
  moduleNameMapper: {
    '^\\./paging\\.js$': '<rootDir>/../../packages/contracts/src/paging.ts',
    '^@anywise/contracts/(sample-.*)$': '<rootDir>/template/packages/contracts/src/$1',
  },
};
