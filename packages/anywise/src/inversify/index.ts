/**
 * Dependencies from an Inversify container, with a scope per message.
 *
 * @module anywise/inversify
 */

export { inversify, type InversifyAdapter } from './container.js';
