import base from '../jest.config.base.js';

/** @type {import('jest').Config} */
export default { ...base, testTimeout: 60_000 };
