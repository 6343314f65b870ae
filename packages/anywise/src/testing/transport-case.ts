import type { Transport, TransportCapabilities } from '../core/ports/transport.js';
import type { ContractCase } from './case.js';

/** A transport under test, with nothing in it. `connect` gives a further connection to the same broker, as another process would have. */
export interface TransportFixture {
  readonly connect: () => Transport;
  /** Restarts the broker without telling anybody, and resolves when it is up again. For the cases that need `restart`. */
  readonly restart?: () => Promise<void>;
  /**
   * Puts a text on the wire as a program does that was not written with this library, and says of it whatever is said
   * besides. Called when a connection has been checked. For the cases that need `foreign`.
   */
  readonly write?: (message: { readonly type: string; readonly kind: string; readonly text: string }) => Promise<void>;
}

/** What the transport says of itself, and what the fixture can do: `restart` its broker, and `write` what is `foreign`. */
export type TransportCapability = keyof TransportCapabilities | 'restart' | 'foreign';

/** One promise of a transport. */
export type TransportCase = ContractCase<TransportFixture, TransportCapability>;
