export { findServer } from './find-server.js';
export { postgres, redis } from './servers.js';
