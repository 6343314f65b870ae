export default { preset: '../../jest.config.base.js' };
