/**
 * The transport over NATS JetStream.
 *
 * @module anywise/nats
 */

export type { NatsConnectionOptions } from './client.js';
export { natsTransport, type NatsTransportOptions } from './transport.js';
