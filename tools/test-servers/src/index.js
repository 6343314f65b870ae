export { findServer } from './find-server.js';
export { nats, postgres, rabbitmq, redis } from './servers.js';
