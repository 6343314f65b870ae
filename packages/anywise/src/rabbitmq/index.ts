/**
 * The transport over RabbitMQ, and what it needs on the server.
 *
 * @module anywise/rabbitmq
 */

export type {
  Topology,
  TopologyPart,
  TopologyReport,
  TopologyService,
  TopologyState,
  UnusedPart,
  UnusedReport,
} from '../core/ports/topology.js';
export { rabbitmqTopology, type RabbitmqTopologyOptions } from './administer.js';
export type { RabbitmqConnectionOptions } from './client.js';
export type { RabbitmqQueueOptions } from './queue-options.js';
export { rabbitmqTransport, type RabbitmqTransportOptions } from './transport.js';
