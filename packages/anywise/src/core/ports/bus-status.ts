import type { BoundedCount } from './bounded-count.js';
import type { InboxStatus } from './inbox.js';
import type { OutboxStatus } from './outbox.js';
import type { ProjectionKey, ProjectionState } from './projections.js';

/** How far one generation of a read model is. */
export interface ProjectionStatus extends ProjectionKey {
  readonly state: ProjectionState;
  /** Up to where the log has been read into it. */
  readonly position: number;
  /** How many positions of the log it has yet to read; 0 if it is written with the events, or not read any more. */
  readonly behind: number;
  /** The age of the next event that it has yet to take in, in milliseconds; 0 if there is none. */
  readonly oldestMs: number;
  /** How many events wait because one of their entity cannot be taken in, that one included. */
  readonly parked: number;
  /** How many events were left out because they cannot be taken in. */
  readonly skipped: number;
  /** Why the next event cannot be taken in. Absent if nothing is wrong. */
  readonly error?: string;
  /** Since when: milliseconds since 1970, by the database's clock. Absent if nothing is wrong. */
  readonly failedAt?: number;
}

/** How far the log of a service is. */
export interface LogStatus {
  /** The last position that was given. */
  readonly position: number;
  /** For how long the feed has waited for a transaction that is being committed, in milliseconds; 0 if for none. */
  readonly heldUpMs: number;
}

/** What a bus has in its store and in hand. */
export interface BusStatus {
  readonly outbox: OutboxStatus;
  readonly inbox: InboxStatus;
  /** How far the log is. Absent if the store keeps no events. */
  readonly log?: LogStatus;
  /** The read models in the store, by name, version and generation. */
  readonly projections: readonly ProjectionStatus[];
  /** Who can begin no more messages in this process now, as `saturated()` of the bus gives it. */
  readonly saturated: readonly string[];
  /**
   * What the transport has for the service that it has not received, up to 1000. Absent where nothing tells: without a
   * transport, while it is away, or if it does not answer within a second.
   */
  readonly lag?: BoundedCount;
  /**
   * How far the clock of this process is ahead of the database's, in milliseconds, at the least; negative if it is behind.
   * Measured every minute. Absent until it is, and where the store keeps no record of processes.
   */
  readonly clockSkewMs?: number;
}
