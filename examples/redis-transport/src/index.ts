/**
 * The transport over Redis Streams.
 *
 * @module
 */

export { redisTransport, type RedisTransportOptions } from './transport.js';
