import { logStatus, projectionStatus } from '../../kit/projection-status.js';
import type { Delivery } from '../delivery/delivery.js';
import { defaultCountLimit } from '../ports/bounded-count.js';
import type { BusStatus } from '../ports/bus-status.js';
import type { Store } from '../ports/store.js';
import type { StoreCounts } from '../ports/store-view.js';

/** What a bus has in its store and in hand. */
export async function statusOf(
  store: Store,
  delivery: Delivery | undefined,
  limit?: number,
  maxAgeMs?: number,
): Promise<BusStatus> {
  const [{ outbox, inbox }, log, projections] = await Promise.all([
    countsOf(store, limit, maxAgeMs),
    logStatus(store),
    projectionStatus(store),
  ]);
  const clockSkewMs = delivery?.clockSkewMs;
  return {
    ...{ outbox, inbox, projections, saturated: delivery?.saturated() ?? [] },
    ...(log !== undefined && { log }),
    ...(clockSkewMs !== undefined && { clockSkewMs }),
  };
}

/** What waits in the transport; nothing where it does not tell. */
export async function lagOf(delivery: Delivery | undefined): Promise<Pick<BusStatus, 'lag'>> {
  const lag = await delivery?.lag(defaultCountLimit).catch(() => undefined);
  return lag === undefined ? {} : { lag };
}

/** Where a store has a view, those who look at it share what was counted. */
async function countsOf(
  store: Store,
  limit?: number,
  maxAgeMs?: number,
): Promise<Pick<StoreCounts, 'inbox' | 'outbox'>> {
  if (store.view !== undefined) return store.view.counts(limit, maxAgeMs);
  const [outbox, inbox] = await Promise.all([store.outbox.status(limit), store.inbox.status(limit)]);
  return { outbox, inbox };
}
