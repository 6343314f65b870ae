/** @type {import('jest').Config} */
export default { preset: '../jest.config.base.js', globalSetup: '@anywise/test-servers/jest', testTimeout: 180_000 };
