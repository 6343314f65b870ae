import type { Transport, TransportCapabilities } from '../core/ports/transport.js';
import type { ContractCase } from './case.js';

/** A transport under test, empty. `connect` opens another connection to the same broker, as another process would. */
export interface TransportFixture {
  readonly connect: () => Transport;
  /** Restarts the broker without warning, and resolves when it is up again. For the cases that need `restart`. */
  readonly restart?: () => Promise<void>;
  /** Destroys the connections of a transport without warning, as a broken network would. For the cases that need `cut`. */
  readonly cut?: (transport: Transport) => unknown;
  /**
   * Puts a text on the wire as a foreign program would, with the given facts beside it. Called once a connection has been
   * checked. For the cases that need `foreign`.
   */
  readonly write?: (message: { readonly type: string; readonly kind: string; readonly text: string }) => Promise<void>;
}

/**
 * The capabilities that the transport declares, and what the fixture can do: `restart` its broker, `cut` a connection, and
 * `write` what is `foreign`.
 */
export type TransportCapability = keyof TransportCapabilities | 'restart' | 'cut' | 'foreign';

/** One promise of a transport. */
export type TransportCase = ContractCase<TransportFixture, TransportCapability>;
