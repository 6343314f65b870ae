export { memoryStore, type Clock, type MemoryStoreOptions } from './store.js';
export { memoryBroker, type MemoryBroker } from './transport.js';
