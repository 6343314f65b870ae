import type { DeadLetters } from './dead-letters.js';
import type { Envelope } from '../message/envelope.js';
import type { OnDead } from '../registry/definitions.js';
import type { ServiceId } from './container.js';

/** Where a commit put something. */
export type StorePart = 'outbox' | 'inbox';

/** Is told of a commit: which part it put something into, where that is known. */
export type StoreChanged = (part?: StorePart) => void;

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

/** An envelope that can never be published. */
export interface ParkedEnvelope {
  readonly seq: number;
  readonly envelope: Envelope;
  readonly attempts: number;
  readonly error: string;
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
   * here when their time has come; before, they hold up nobody.
   */
  pending(limit: number): Promise<readonly OutboxRow[]>;
  /** Records outcomes; `false`, and nothing recorded, where the lease was lost. */
  settle(lease: RelayLease, outcomes: readonly OutboxOutcome[]): Promise<boolean>;
  release(lease: RelayLease): Promise<void>;
  /** How long until the time of the next scheduled row has come, in milliseconds; `undefined` where none waits for one. */
  nextDueInMs(): Promise<number | undefined>;
  /** Rows that can never go, the oldest first. */
  parked(limit: number): Promise<readonly ParkedEnvelope[]>;
  /** Lets parked rows try again: the one with this id, or all. Returns how many. */
  retryParked(id?: string): Promise<number>;
  /** Deletes a parked row for good; `false` where none has this id. */
  discardParked(id: string): Promise<boolean>;
  status(): Promise<OutboxStatus>;
}

export interface OutboxStatus {
  /** Those that may go or wait for another attempt. */
  readonly waiting: number;
  /** Those that wait for their time. */
  readonly scheduled: number;
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
  /** What stands in `json`, where it has been read. No store keeps it. */
  readonly envelope?: Envelope | undefined;
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
  /** What stands in `json`, where it was claimed as it came in and read only once. */
  readonly envelope?: Envelope | undefined;
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
 *     │ the lease ended      ├──────────▶ blocking its listener waits
 *     │                      ├──────────▶ parked   its key waits
 *     └──────────────────────┴──────────▶ dead     its key goes on
 * ```
 *
 * The last three are dead letters: replayed they are ready again, discarded they are handled.
 */
export interface Inbox {
  /**
   * Takes entries in, in order, in one transaction. Entries known by (listener, id) are left as they are.
   *
   * @param claim claims, in the same transaction, new entries that `claim` could claim right afterwards. A store may claim
   * fewer of them. Nobody is told of a commit that leaves none for others.
   */
  add(entries: readonly InboxEntry[], claim?: ClaimOptions): Promise<readonly Claim[]>;
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
  /** Dead letters, those that hold up others included. */
  readonly dead: number;
  /** The age of the oldest message that waits, in milliseconds; 0 where none does. */
  readonly oldestMs: number;
  /** The same for each listener that has any, by name. */
  readonly listeners: readonly ListenerStatus[];
}

export interface ListenerStatus {
  readonly listener: string;
  readonly waiting: number;
  readonly running: number;
  readonly dead: number;
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
  /** Puts messages into the outbox that leave it when they are due. */
  schedule(scheduled: readonly ScheduledEnvelope[]): Promise<void>;
  /** Takes a scheduled message back; `false` where none with this id waits any more. */
  cancel(id: string): Promise<boolean>;
  /** Keeps a reply; `false` where the key is taken already. */
  keepReply(key: ReplyKey, kept: KeptReply): Promise<boolean>;
  /** Marks a claim as handled; `false` where its lease was lost, and then the transaction must be rolled back. */
  finish(claim: Claim): Promise<boolean>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** What a store can do, as facts that tests and documentation read. */
export interface StoreCapabilities {
  /** What is committed survives `kill -9` of every process, the database's included. */
  readonly durable: boolean;
  /** Several processes can open the same data. */
  readonly shared: boolean;
}

/**
 * Where outbox and inbox live, beside the business data, so that one transaction covers all three.
 *
 * Everything that is committed survives `kill -9` of the process where the store is durable. Clocks: only the database's.
 */
export interface Store {
  readonly name: string;
  readonly capabilities: StoreCapabilities;
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetters;
  /** The services by which handlers ask for the transaction's handle. */
  readonly handles: readonly ServiceId[];
  /** `readOnly` transactions refuse writes. */
  begin(options: { readonly readOnly: boolean }): StoreTransaction;
  /** The reply kept under a key, as last committed. */
  findReply(key: ReplyKey): Promise<KeptReply | undefined>;
  /** Calls back after commits that put something into the outbox or the inbox, here or in another process. Returns how to stop. */
  watch(changed: StoreChanged): () => void;
  /** Deletes, in batches, what was handled or kept before `retentionMs` ago. */
  clean(retentionMs: number): Promise<void>;
  /** Opens, migrates, and resolves when the store can be used. @throws AnywiseError (`UNAVAILABLE`) that says why not. */
  check(): Promise<void>;
  close(): Promise<void>;
}
