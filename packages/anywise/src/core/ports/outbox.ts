import type { Envelope } from '../message/envelope.js';
import type { BoundedCount } from './bounded-count.js';

/** An envelope that waits in the outbox. */
export interface ReadableOutboxRow {
  readonly seq: number;
  readonly envelope: Envelope;
  /** How many attempts to publish it have failed. */
  readonly attempts: number;
}

/** What is left in the outbox of an envelope that was damaged, or changed by hand. */
export interface UnreadableOutboxRow extends Omit<ReadableOutboxRow, 'envelope'> {
  readonly envelope?: undefined;
  readonly unreadable: string;
  readonly reason: string;
  /** Its key, as the database keeps it beside the envelope: those behind it must not overtake it. */
  readonly key: string | undefined;
}

/** What waits in the outbox. */
export type OutboxRow = ReadableOutboxRow | UnreadableOutboxRow;

/** When a message is due, by the database's clock: after a delay, or at a time in milliseconds since 1970. */
export type Due = { readonly delayMs: number } | { readonly at: number };

/** A scheduled envelope, and when it is due. */
export interface ScheduledEnvelope {
  readonly envelope: Envelope;
  readonly due: Due;
}

/** What happened to an outbox row: confirmed rows are deleted, others wait or are parked. */
export type OutboxOutcome =
  | { readonly seq: number; readonly outcome: 'confirmed' }
  | { readonly seq: number; readonly outcome: 'retry'; readonly retryInMs: number; readonly error: string }
  | { readonly seq: number; readonly outcome: 'parked'; readonly error: string };

/** The right to relay. `epoch` grows with each new holder, so that a holder that lost the lease is recognised. */
export interface RelayLease {
  readonly holder: string;
  readonly epoch: number;
}

/** How many messages an outbox has. */
export interface OutboxStatus {
  /** Those that are due, including those that wait for another attempt. */
  readonly waiting: BoundedCount;
  /** Those that are not due yet. */
  readonly scheduled: BoundedCount;
  readonly parked: BoundedCount;
  /**
   * The age of the oldest waiting row, in milliseconds; 0 if there is none. If more rows wait than are counted, the age of
   * the oldest of those that are sent first.
   */
  readonly oldestMs: number;
}

/**
 * The committed messages that have yet to leave: events and commands for the transport, and scheduled commands. Rows are
 * selected by state, never by "newer than the last", so that no gap in the numbers can lose one.
 *
 * ```text
 *   scheduled ── its time has come ──▶ waiting ── confirmed ──▶ deleted
 *       │                                │  ▲
 *       └── cancelled ──▶ deleted        ▼  │ retried by hand
 *                                      parked ── discarded ──▶ deleted
 * ```
 */
export interface Outbox {
  /** Takes or renews the lease by the database's clock; `undefined` while another live holder has it. */
  lease(holder: string, leaseMs: number): Promise<RelayLease | undefined>;
  /**
   * The oldest rows that may leave now, no more than `limits.batchBytes` of them, and at least one. A row is left out while an
   * older row with its key waits. An unreadable row is returned like the others: it stops none of them. Scheduled rows that
   * are due become waiting ones here; until then they block no others.
   */
  sendable(limit: number): Promise<readonly OutboxRow[]>;
  /** Records outcomes; `false`, and nothing recorded, if the lease was lost. */
  settle(lease: RelayLease, outcomes: readonly OutboxOutcome[]): Promise<boolean>;
  /** Releases the lease, so that another process can relay at once. Has no effect if it was lost. */
  release(lease: RelayLease): Promise<void>;
  /** How long until the next scheduled row is due, in milliseconds; `undefined` if none is scheduled. */
  nextDueInMs(): Promise<number | undefined>;
  /**
   * How many rows wait, are scheduled and are parked. Reads indexes only, and at most `limit` entries of each kind, so the
   * cost does not grow with the backlog.
   *
   * @param limit how far each number is counted. @defaultValue 1000
   */
  status(limit?: number): Promise<OutboxStatus>;
}
