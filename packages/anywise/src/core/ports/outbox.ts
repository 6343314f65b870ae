import type { Envelope } from '../message/envelope.js';

/** An envelope that waits in the outbox. */
export interface OutboxRow {
  readonly seq: number;
  readonly envelope: Envelope;
  /** How often publishing it has failed. */
  readonly attempts: number;
}

/** When a message is due, by the database's clock: after a while, or at a time in milliseconds since 1970. */
export type Due = { readonly delayMs: number } | { readonly at: number };

/** An envelope that waits for its time. */
export interface ScheduledEnvelope {
  readonly envelope: Envelope;
  readonly due: Due;
}

/** What became of an outbox row: confirmed rows are deleted, others wait or are parked. */
export type OutboxOutcome =
  | { readonly seq: number; readonly outcome: 'confirmed' }
  | { readonly seq: number; readonly outcome: 'retry'; readonly retryInMs: number; readonly error: string }
  | { readonly seq: number; readonly outcome: 'parked'; readonly error: string };

/** The right to relay. `epoch` grows with each new holder, so that one who lost the lease is recognised. */
export interface RelayLease {
  readonly holder: string;
  readonly epoch: number;
}

/** How much waits in an outbox. */
export interface OutboxStatus {
  /** Those that may go or wait for another attempt. */
  readonly waiting: number;
  /** Those that wait for their time. */
  readonly scheduled: number;
  readonly parked: number;
  /** The age of the oldest row that waits, in milliseconds; 0 if none does. */
  readonly oldestMs: number;
}

/**
 * What was committed and has yet to leave: events and commands for the transport, and commands that wait for their time.
 * Rows are chosen by state, never by "newer than the last", so that no gap in the numbers can lose one.
 *
 * ```text
 *   scheduled ── its time has come ──▶ waiting ── confirmed ──▶ deleted
 *       │                                │  ▲
 *       └── cancelled ──▶ deleted        ▼  │ retried by hand
 *                                      parked ── discarded ──▶ deleted
 * ```
 */
export interface Outbox {
  /** Takes or renews the lease on the database's clock; `undefined` while another living holder has it. */
  lease(holder: string, leaseMs: number): Promise<RelayLease | undefined>;
  /**
   * The oldest rows that may go now. A row whose key waits for an older row stays out. Scheduled rows become waiting ones
   * here when their time has come; until then they hold up no others.
   */
  sendable(limit: number): Promise<readonly OutboxRow[]>;
  /** Records outcomes; `false`, and nothing recorded, if the lease was lost. */
  settle(lease: RelayLease, outcomes: readonly OutboxOutcome[]): Promise<boolean>;
  /** Gives the lease back, so that another process can relay at once. Without effect if it was lost. */
  release(lease: RelayLease): Promise<void>;
  /** How long until the next scheduled row is due, in milliseconds; `undefined` if none is scheduled. */
  nextDueInMs(): Promise<number | undefined>;
  /** How much waits, is scheduled and is parked. */
  status(): Promise<OutboxStatus>;
}
