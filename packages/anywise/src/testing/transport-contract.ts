import { suiteOf, type Themed } from './case.js';
import type { TransportCase } from './transport-case.js';
import { closeCases } from './transport-cases/close.js';
import { consumerCases } from './transport-cases/consumers.js';
import { declarationCases } from './transport-cases/declaration.js';
import { limitCases } from './transport-cases/limits.js';
import { orderCases } from './transport-cases/order.js';
import { orderInstanceCases } from './transport-cases/order-instances.js';
import { outageCases } from './transport-cases/outage.js';
import { publishCases } from './transport-cases/publish.js';
import { redeliveryCases } from './transport-cases/redelivery.js';
import { requestCases } from './transport-cases/requests.js';
import { restartCases } from './transport-cases/restart.js';
import { strangerCases } from './transport-cases/strangers.js';

/**
 * Every promise of a transport. Cases run one after the other, each with a fixture of its own. If a single consumer receives
 * undisturbed, duplicates count as failures; otherwise they are allowed.
 */
export const transportContract: readonly Themed<TransportCase>[] = suiteOf({
  Capabilities: declarationCases,
  Publishing: publishCases,
  Order: [...orderCases, ...orderInstanceCases],
  Consumers: consumerCases,
  Redelivery: redeliveryCases,
  Limits: limitCases,
  Strangers: strangerCases,
  Requests: requestCases,
  Closing: closeCases,
  'Restarts of the broker': restartCases,
  Outages: outageCases,
});
