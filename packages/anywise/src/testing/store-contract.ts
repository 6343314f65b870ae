import { suiteOf, type Themed } from './case.js';
import type { StoreCase } from './store-case.js';
import { actionCases } from './store-cases/actions.js';
import { damageCases } from './store-cases/damage.js';
import { deadLetterCases } from './store-cases/dead-letters.js';
import { failureCases } from './store-cases/failures.js';
import { feedCases } from './store-cases/feed.js';
import { inboxCases } from './store-cases/inbox.js';
import { intakeClaimCases } from './store-cases/intake-claims.js';
import { leaseCases } from './store-cases/leases.js';
import { logCases } from './store-cases/log.js';
import { followingCases } from './store-cases/following.js';
import { orderCases } from './store-cases/order.js';
import { outboxCases } from './store-cases/outbox.js';
import { parkedCases } from './store-cases/parked.js';
import { processCases } from './store-cases/processes.js';
import { projectionCases } from './store-cases/projections.js';
import { projectionFaultCases } from './store-cases/projection-faults.js';
import { relayCases } from './store-cases/relay.js';
import { replyCases } from './store-cases/replies.js';
import { retentionCases } from './store-cases/retention.js';
import { sagaCases } from './store-cases/sagas.js';
import { scheduledCases } from './store-cases/scheduled.js';
import { sharedCases } from './store-cases/shared.js';
import { sizeCases } from './store-cases/sizes.js';
import { statusCases } from './store-cases/status.js';
import { transactionCases } from './store-cases/transactions.js';
import { viewCases } from './store-cases/view.js';
import { watchingCases } from './store-cases/watching.js';

/** Every promise of a store. Cases run one after the other, each with a fixture of its own. */
export const storeContract: readonly Themed<StoreCase>[] = suiteOf({
  Transactions: transactionCases,
  'The outbox': outboxCases,
  'The relay': relayCases,
  'Parked events': parkedCases,
  'Scheduled messages': scheduledCases,
  'The inbox': inboxCases,
  'Claims on arrival': intakeClaimCases,
  'Order within a key': orderCases,
  'Many messages at once': followingCases,
  Leases: leaseCases,
  Failures: failureCases,
  'Dead letters': deadLetterCases,
  'Kept replies': replyCases,
  'The events of entities': logCases,
  'The order of all events': feedCases,
  'Read models': [...projectionCases, ...projectionFaultCases],
  Sagas: sagaCases,
  Sizes: sizeCases,
  'Damaged data': damageCases,
  Retention: retentionCases,
  Watching: watchingCases,
  Status: statusCases,
  'What tools see': viewCases,
  'What was done by hand': actionCases,
  Processes: processCases,
  'Several processes': sharedCases,
});
