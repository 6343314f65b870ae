export { inversify, type InversifyAdapter } from './container.js';
