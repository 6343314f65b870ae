import type { Envelope } from './envelope.js';
import type { OnDead } from './definitions.js';
import type { ServiceId } from './scope.js';

/** An envelope that waits in the outbox. */
export interface OutboxRow {
  readonly seq: number;
  readonly envelope: Envelope;
  /** How often publishing it has failed. */
  readonly attempts: number;
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

/**
 * Events that were committed and have yet to reach the transport. Rows are chosen by state, never by "newer than the last",
 * so that no gap in the numbers can lose one.
 */
export interface Outbox {
  /** Takes or renews the lease on the database's clock; `undefined` while another living holder has it. */
  lease(holder: string, leaseMs: number): Promise<RelayLease | undefined>;
  /** The oldest rows that may go now. A row whose key waits for an older row stays out. */
  pending(limit: number): Promise<readonly OutboxRow[]>;
  /** Records outcomes; `false`, and nothing recorded, where the lease was lost. */
  settle(lease: RelayLease, outcomes: readonly OutboxOutcome[]): Promise<boolean>;
  release(lease: RelayLease): Promise<void>;
  status(): Promise<OutboxStatus>;
}

export interface OutboxStatus {
  readonly waiting: number;
  readonly parked: number;
  /** The age of the oldest row that waits, in milliseconds; 0 where none does. */
  readonly oldestMs: number;
}

/** A message on its way to one listener. The pair of listener and message id is its identity: seen once, done once. */
export interface InboxEntry {
  readonly listener: string;
  readonly id: string;
  readonly type: string;
  /** Entries of one listener with one key are handled in the order in which they came. */
  readonly key: string | undefined;
  /** The envelope as it came, so that nothing is lost by reading it. */
  readonly json: string;
  /** Set where it can never be handled: it becomes a dead letter at once. */
  readonly dead?: string;
}

/** A message that this process may handle until its lease ends. */
export interface Claim {
  readonly seq: number;
  readonly listener: string;
  readonly id: string;
  readonly type: string;
  readonly key: string | undefined;
  readonly json: string;
  /** The fence: only who holds this lease can finish the message. */
  readonly lease: string;
  /** This attempt's number, counted when claimed, so that a message which kills its process is counted too. */
  readonly attempt: number;
}

/** What becomes of a claim whose handling failed. */
export type FailedClaim =
  | { readonly retryInMs: number; readonly error: string; /** The attempt does not count. */ readonly free?: boolean }
  | { readonly dead: OnDead; readonly error: string };

export interface ClaimOptions {
  readonly listeners: readonly string[];
  /** Names this process, so that the leases of a dead one can be taken back early. */
  readonly holder: string;
  readonly limit: number;
  readonly leaseMs: number;
}

/**
 * What has been received and is being handled.
 *
 * ```text
 *            claim                    commit, lease still held
 *   ready ──────────────▶ running ─────────────────────────────▶ handled ──▶ deleted after the retention
 *     ▲                      │
 *     │ retry, release, or   │ given up
 *     │ the lease ended      ├──────────▶ parked   its key waits
 *     └──────────────────────┴──────────▶ dead     its key goes on
 * ```
 */
export interface Inbox {
  /** Takes entries in, in order, in one transaction. Entries known by (listener, id) are left as they are. */
  add(entries: readonly InboxEntry[]): Promise<void>;
  /**
   * Claims messages that are due, only the oldest unfinished one of each key, and counts the attempt. A message whose lease
   * has ended, or whose holder is known to be dead, is due again.
   */
  claim(options: ClaimOptions): Promise<readonly Claim[]>;
  /** Makes leases last `leaseMs` from now; returns those that are lost. */
  extend(claims: readonly Claim[], leaseMs: number): Promise<readonly Claim[]>;
  /** Records a failure; without effect where the lease was lost. */
  fail(claim: Claim, failure: FailedClaim): Promise<void>;
  /** Gives claims back untouched, and uncounted. */
  release(claims: readonly Claim[]): Promise<void>;
  status(): Promise<InboxStatus>;
}

export interface InboxStatus {
  readonly waiting: number;
  readonly running: number;
  /** Dead letters, those that hold up their key included. */
  readonly dead: number;
  /** The age of the oldest message that waits, in milliseconds; 0 where none does. */
  readonly oldestMs: number;
}

/** The reply kept under an idempotency key. */
export interface KeptReply {
  /** Tells whether the same data came with the key. */
  readonly fingerprint: string;
  readonly reply: unknown;
}

/** Where a reply is kept: the command's wire name and the caller's key. */
export interface ReplyKey {
  readonly type: string;
  readonly key: string;
}

/**
 * The transaction of one message. It begins with the first use of the handle or of a method that writes, and ends with
 * `commit` or `rollback`; one that was never used costs nothing. Not for concurrent use.
 */
export interface StoreTransaction {
  /** What code that asks for `id`, one of the store's `handles`, is given. */
  handle(id: ServiceId): unknown;
  /** Puts events into the outbox, and messages for this service's own listeners into its inbox. */
  append(outgoing: readonly Envelope[], incoming: readonly InboxEntry[]): Promise<void>;
  /** Keeps a reply; `false` where the key is taken already. */
  keepReply(key: ReplyKey, kept: KeptReply): Promise<boolean>;
  /** Marks a claim as handled; `false` where its lease was lost, and then the transaction must be rolled back. */
  finish(claim: Claim): Promise<boolean>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/**
 * Where outbox and inbox live, beside the business data, so that one transaction covers all three.
 *
 * Everything that is committed survives `kill -9` of the process where the store is durable. Clocks: only the database's.
 */
export interface Store {
  readonly name: string;
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  /** The services by which handlers ask for the transaction's handle. */
  readonly handles: readonly ServiceId[];
  /** `readOnly` transactions refuse writes. */
  begin(options: { readonly readOnly: boolean }): StoreTransaction;
  /** The reply kept under a key, as last committed. */
  findReply(key: ReplyKey): Promise<KeptReply | undefined>;
  /** Calls back after commits that put something into the outbox or the inbox, here or in another process. Returns how to stop. */
  watch(changed: () => void): () => void;
  /** Deletes, in batches, what was handled or kept before `retentionMs` ago. */
  clean(retentionMs: number): Promise<void>;
  /** Opens, migrates, and resolves when the store can be used. @throws AnywiseError (`UNAVAILABLE`) that says why not. */
  check(): Promise<void>;
  close(): Promise<void>;
}
