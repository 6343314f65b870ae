import type { InboxStatus } from './inbox.js';
import type { OutboxStatus } from './outbox.js';

/** What a bus has in its store and in hand. */
export interface BusStatus {
  readonly outbox: OutboxStatus;
  readonly inbox: InboxStatus;
  /** Who can begin no more messages in this process now, as `saturated()` of the bus gives it. */
  readonly saturated: readonly string[];
}
