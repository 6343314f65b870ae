import type { Transport, TransportCapabilities } from '../core/ports/transport.js';
import type { ContractCase } from './case.js';

/** A transport under test, with nothing in it. `connect` gives a further connection to the same broker, as another process would have. */
export interface TransportFixture {
  readonly connect: () => Transport;
  /** Restarts the broker without telling anybody, and resolves when it is up again. For the cases that need `restart`. */
  readonly restart?: () => Promise<void>;
}

/** What the transport says of itself, and `restart`: the fixture can restart its broker. */
export type TransportCapability = keyof TransportCapabilities | 'restart';

/** One promise of a transport. */
export type TransportCase = ContractCase<TransportFixture, TransportCapability>;
