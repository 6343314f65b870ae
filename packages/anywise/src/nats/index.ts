/**
 * The transport over NATS JetStream, and what it needs on the server.
 *
 * @module anywise/nats
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
export { natsTopology, type NatsTopologyOptions } from './administer.js';
export type { NatsConnectionOptions } from './client.js';
export type { NatsStreamOptions } from './stream-options.js';
export { natsTransport, type NatsTransportOptions } from './transport.js';
