/**
 * Store and transport in the memory of one process.
 *
 * @module anywise/memory
 */

export { memoryStore, type Clock, type MemoryStoreOptions } from './store.js';
export { memoryBroker, type MemoryBroker } from './transport.js';
