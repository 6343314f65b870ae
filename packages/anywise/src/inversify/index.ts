/**
 * Dependencies from an Inversify container, made once a message if need be.
 *
 * @module anywise/inversify
 */

export { inversify, type InversifyAdapter } from './container.js';
