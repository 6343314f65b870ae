/** @type {import('jest').Config} */
export default { preset: '../jest.config.base.js', testTimeout: 180_000 };
