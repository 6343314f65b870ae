import base from '../../jest.config.base.js';

// The template's tests run where they stand, so that what is generated from it works.
/** @type {import('jest').Config} */
export default {
  ...base,
  roots: ['<rootDir>/src', '<rootDir>/template'],
  moduleNameMapper: {
    ...base.moduleNameMapper,
    '^@anywise/contracts/(sample-.*)$': '<rootDir>/template/packages/contracts/src/$1',
  },
};
