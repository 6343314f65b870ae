import type { Envelope } from '../message/envelope.js';

/** What to do with the later events of an entity once one has become a dead letter. */
export type OnDead =
  /** They wait until the dead letter is replayed or discarded, so that order is kept. The default. */
  | 'park'
  /** They go on without it. */
  | 'skip'
  /** Everything of this listener waits, whatever the entity: for listeners that must see all events in their order. */
  | 'block';

/** A message on its way to one listener. The pair of listener and message id is its identity: seen once, done once. */
export interface InboxEntry {
  readonly listener: string;
  readonly id: string;
  readonly type: string;
  /** Entries of one listener with one key are handled in the order in which they came. */
  readonly key: string | undefined;
  /** The envelope as it came, so that nothing is lost by reading it. */
  readonly json: string;
  /** `json` as an object, if it has been read. No store keeps it. */
  readonly envelope?: Envelope | undefined;
  /** Why it can never be handled. With one, the entry becomes a dead letter at once. */
  readonly error?: string;
}

/** A message that this process may handle until its lease ends. */
export interface Claim {
  readonly seq: number;
  readonly listener: string;
  readonly id: string;
  readonly type: string;
  readonly key: string | undefined;
  readonly json: string;
  /** `json` as an object, if it was claimed as it came in and so read only once. */
  readonly envelope?: Envelope | undefined;
  /** The fence: only who holds this lease can finish the message. */
  readonly lease: string;
  /** This attempt's number. It is counted when claimed, so that a message which ends its process is counted too. */
  readonly attempt: number;
  /**
   * Whether the last attempt ended without an outcome: its process died, or its lease ended. This message may have ended its
   * process, or another one that was in hand there. @defaultValue false
   */
  readonly isSuspect?: boolean | undefined;
}

/** What becomes of a claim whose handling failed: another attempt, or a dead letter. */
export type FailedClaim =
  | {
      readonly outcome: 'retry';
      readonly retryInMs: number;
      readonly error: string;
      /** The attempt does not count. @defaultValue false */
      readonly free?: boolean;
    }
  | { readonly outcome: 'dead'; readonly onDead: OnDead; readonly error: string };

/** Which messages to claim, for whom, and for how long. */
export interface ClaimOptions {
  /** For whom messages are claimed, and how many for each at most. */
  readonly listeners: ReadonlyMap<string, number>;
  /** Names this process, so that the leases of a dead one can end early. */
  readonly holder: string;
  readonly limit: number;
  readonly leaseMs: number;
}

/** How many messages one listener has. */
export interface ListenerStatus {
  readonly listener: string;
  readonly waiting: number;
  readonly running: number;
  /** Dead letters, those that hold up others included. */
  readonly dead: number;
  /** The age of the oldest message that waits, in milliseconds; 0 if none does. */
  readonly oldestMs: number;
}

/** How many messages the listeners of one inbox have, all together and each. */
export interface InboxStatus extends Omit<ListenerStatus, 'listener'> {
  /** The same for each listener that has any, by name. */
  readonly listeners: readonly ListenerStatus[];
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
   * fewer of them. A commit that leaves none for others wakes no one.
   */
  add(entries: readonly InboxEntry[], claim?: ClaimOptions): Promise<readonly Claim[]>;
  /**
   * Claims messages that are due, only the oldest unfinished one of each key, and counts the attempt.
   *
   * A message whose lease has ended, or whose holder is known to be dead, is a suspect. Suspects come first and one at a
   * time: a claim that gives one gives nothing else. Its last attempt is counted only if it was alone, see `extend`: so those
   * that were in hand beside a message that ends its process are not given up for it.
   */
  claim(options: ClaimOptions): Promise<readonly Claim[]>;
  /**
   * Makes leases last `leaseMs` from now, even those that have ended. Returns those that are lost, as the message was claimed
   * again, handled or given back since.
   *
   * @param isAlone says that the claim is the only one in hand in this process: if the process ends now, this message is to
   * blame, and the attempt counts. @defaultValue false, which changes nothing
   */
  extend(claims: readonly Claim[], leaseMs: number, isAlone?: boolean): Promise<readonly Claim[]>;
  /** Records a failure; without effect if the lease was lost. */
  fail(claim: Claim, failure: FailedClaim): Promise<void>;
  /** Gives claims back untouched, and uncounted. */
  release(claims: readonly Claim[]): Promise<void>;
  /** How much waits, runs and is dead, in all and for each listener. */
  status(): Promise<InboxStatus>;
}
