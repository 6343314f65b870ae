/**
 * The transport over RabbitMQ.
 *
 * @module anywise/rabbitmq
 */

export type { RabbitmqConnectionOptions } from './client.js';
export { rabbitmqTransport, type RabbitmqTransportOptions } from './transport.js';
