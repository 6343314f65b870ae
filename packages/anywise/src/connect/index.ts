/**
 * Store, transport and topology by URL, loading only the adapter that it names.
 *
 * @module anywise/connect
 */

export { shownUrl, shownValue } from '../core/errors/shown.js';
export type {
  Topology,
  TopologyPart,
  TopologyReport,
  TopologyService,
  TopologyState,
  UnusedPart,
  UnusedReport,
} from '../core/ports/topology.js';
export { connectStore, connectTopology, connectTransport } from './connect.js';
export type { ConnectStoreOptions } from './schemes.js';
