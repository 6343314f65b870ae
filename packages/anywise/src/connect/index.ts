/**
 * Store and transport by URL, loading only the adapter that it names.
 *
 * @module anywise/connect
 */

export { shownUrl, shownValue } from '../core/errors/shown.js';
export { connectStore, connectTransport } from './connect.js';
export type { ConnectStoreOptions } from './schemes.js';
