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

/** What may leave an outbox now. */
export interface SendableRows {
  readonly rows: readonly OutboxRow[];
  /**
   * If there are none: when it is worth looking again although nothing is committed until then, in milliseconds, because a
   * scheduled row is due, or one that was refused; 0 for one that is due and could not be admitted. @defaultValue only a
   * commit can make a row sendable
   */
  readonly nextDueInMs?: number | undefined;
}

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

/** Who relays, or was the last to. */
export interface RelayHolder {
  readonly holder: string;
  /** How long its lease goes on, in milliseconds by the database's clock; 0 if it has ended. */
  readonly leftMs: number;
}

/** How many messages an outbox has, and who sends them. */
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
  /** @defaultValue absent if no process has ever relayed, or the store does not tell */
  readonly relay?: RelayHolder;
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
  sendable(limit: number): Promise<SendableRows>;
  /** Records outcomes; `false`, and nothing recorded, if the lease was lost. */
  settle(lease: RelayLease, outcomes: readonly OutboxOutcome[]): Promise<boolean>;
  /** Releases the lease, so that another process can relay at once. Has no effect if it was lost. */
  release(lease: RelayLease): Promise<void>;
  /**
   * How many rows wait, are scheduled and are parked. Reads indexes only, and at most `limit` entries of each kind, so the
   * cost does not grow with the backlog.
   *
   * @param limit how far each number is counted. @defaultValue 1000
   */
  status(limit?: number): Promise<OutboxStatus>;
}

/** What a {@link Shortcut} did. */
export interface Shortened {
  /** How many messages it has moved. */
  readonly moved: number;
  /** Whether there may be more of the kind that it moves. */
  readonly isMore: boolean;
  /** Whether it has left some that may go now by the other way. */
  readonly hasLeft: boolean;
  /**
   * When the next may go although nothing is committed until then, in milliseconds; `null` if none waits for its time.
   * @defaultValue it does not tell, and `sendable` is asked
   */
  readonly nextDueInMs?: number | null;
}

/**
 * Moves events from an outbox to a transport that is in the same database, without leaving it. It moves what `sendable` of
 * the port {@link Outbox} would return, in the same order, up to the first of each key that it leaves: whatever is not an
 * event that the transport is sure to take. Each is in the outbox or published, never both. Resolves with `undefined`, and
 * nothing is moved, if the lease was lost. If it rejects, all of them were moved or none.
 */
export type Shortcut = (lease: RelayLease, limit: number) => Promise<Shortened | undefined>;
