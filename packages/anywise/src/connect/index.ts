export { connectStore, connectTransport, type ConnectStoreOptions } from './connect.js';
