export { connectStore, connectTransport } from './connect.js';
export type { ConnectStoreOptions } from './schemes.js';
