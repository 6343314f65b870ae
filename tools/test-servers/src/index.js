export { findServer } from './find-server.js';
export { nats, postgres, redis } from './servers.js';
