import type { Transport, TransportCapabilities } from '../core/ports/transport.js';
import { suiteOf, type ContractCase, type Themed } from './case.js';
import { closeCases } from './transport-cases/close.js';
import { consumerCases } from './transport-cases/consumers.js';
import { orderCases } from './transport-cases/order.js';
import { publishCases } from './transport-cases/publish.js';
import { redeliveryCases } from './transport-cases/redelivery.js';
import { restartCases } from './transport-cases/restart.js';

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

/**
 * Every promise of a transport. Cases run one after the other, each with a fixture of its own. Deliveries are counted as they
 * come, duplicates included, where one consumer receives in peace; elsewhere duplicates are allowed.
 */
export const transportContract: readonly Themed<TransportCase>[] = suiteOf({
  Publishing: publishCases,
  Order: orderCases,
  Consumers: consumerCases,
  Redelivery: redeliveryCases,
  Closing: closeCases,
  'Restarts of the broker': restartCases,
});
