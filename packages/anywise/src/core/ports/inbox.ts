import type { ThrownOrigin } from '../errors/thrown.js';
import type { Envelope } from '../message/envelope.js';
import type { BoundedCount } from './bounded-count.js';

/** What to do with the later events of an entity once one has become a dead letter. */
export type OnDead =
  /** They wait until the dead letter is replayed or discarded, so that order is preserved. The default. */
  | 'park'
  /** They do not wait for it. */
  | 'skip'
  /** All messages of this listener wait, whatever the entity: for listeners that must see all events in order. */
  | 'block';

/** A message on its way to one listener. Listener, source and id together are its identity: seen once, handled once. */
export interface InboxEntry {
  readonly listener: string;
  /** Who sent it. An id is unique only among the messages of one source. Empty where no source can be read. */
  readonly source: string;
  readonly id: string;
  readonly type: string;
  /** Entries of one listener with the same key are handled in the order in which they arrived. */
  readonly key: string | undefined;
  /** The envelope exactly as it arrived, so that reading it loses nothing. */
  readonly json: string;
  /** `json` as an object, if it has been parsed. Stores do not keep it. */
  readonly envelope?: Envelope | undefined;
  /** Why it can never be handled. An entry with an error becomes a dead letter at once. */
  readonly error?: string;
  /** Its conversation, for the view of the store. @defaultValue none: it belongs to no conversation */
  readonly correlationId?: string | undefined;
  /** The id of the message that it came of. @defaultValue none */
  readonly causationId?: string | undefined;
}

/** A message that this process may handle until its lease ends. */
export interface Claim {
  readonly seq: number;
  readonly listener: string;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly key: string | undefined;
  readonly json: string;
  /** Why what is stored of it cannot be read, where it is missing or too large: it becomes a dead letter. */
  readonly error?: string | undefined;
  /** `json` as an object, if it was claimed on arrival, so that it is parsed only once. */
  readonly envelope?: Envelope | undefined;
  /** The fence: only the holder of this lease can finish the message. */
  readonly lease: string;
  /** This attempt's number. It is counted when claimed, so that an attempt which kills its process is counted too. */
  readonly attempt: number;
  /**
   * Whether the last attempt ended without an outcome: its process died, or its lease ended. This message may have killed
   * its process, or another one that was in hand there. @defaultValue false
   */
  readonly isSuspect?: boolean | undefined;
  /** Whether it was a dead letter that was replayed, and no attempt since then has counted. @defaultValue false */
  readonly isReplayed?: boolean | undefined;
}

/** What happens to a claim whose handling failed: another attempt, or a dead letter. */
export type FailedClaim =
  | {
      readonly outcome: 'retry';
      readonly retryInMs: number;
      readonly error: string;
      /** Kept with the error, unless the attempt does not count. */
      readonly thrown?: ThrownOrigin;
      /** The attempt does not count. @defaultValue false */
      readonly free?: boolean;
    }
  | {
      readonly outcome: 'dead';
      readonly onDead: OnDead;
      readonly error: string;
      /** Kept with the error. */
      readonly thrown?: ThrownOrigin;
    };

/** Which messages to claim, for whom, and for how long. */
export interface ClaimOptions {
  /** The listeners to claim messages for, and the limit of each. */
  readonly listeners: ReadonlyMap<string, number>;
  /** Identifies this process, so that the leases of a dead one can end early. */
  readonly holder: string;
  readonly limit: number;
  readonly leaseMs: number;
  /**
   * Also claims, behind each due message, the following ones of its key, in order, until one is not due or was tried before.
   * A due message that was tried before is claimed without what follows. `add` need not do so. @defaultValue false
   */
  readonly takesFollowing?: boolean;
}

/** What a search for messages has found. */
export interface Claimed {
  readonly claims: readonly Claim[];
  /**
   * When it is worth searching again although nothing is committed until then, in milliseconds: a retry is due, a lease ends,
   * or another holder may have died. @defaultValue only a commit can make a message claimable
   */
  readonly nextDueInMs?: number | undefined;
}

/** How many messages one listener has. */
export interface ListenerStatus {
  readonly listener: string;
  readonly waiting: BoundedCount;
  readonly running: BoundedCount;
  /** Dead letters, including those that block other messages. */
  readonly dead: BoundedCount;
  /** The age of the oldest waiting message, in milliseconds; 0 if there is none. */
  readonly oldestMs: number;
}

/** How many messages the listeners of one inbox have, in total and each. */
export interface InboxStatus extends Omit<ListenerStatus, 'listener'> {
  /** The same for each listener that has messages, by name. */
  readonly listeners: readonly ListenerStatus[];
}

/**
 * The messages that were received and are being handled.
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
   * Adds entries, in order, in one transaction. Entries with a known (listener, source, id) are left unchanged.
   *
   * @param claim claims, in the same transaction, new entries that `claim` could claim right afterwards. A store may claim
   * fewer of them. A commit that leaves no entry for others wakes no watcher.
   */
  add(entries: readonly InboxEntry[], claim?: ClaimOptions): Promise<readonly Claim[]>;
  /**
   * Claims due messages, only the oldest unfinished one of each key, and counts the attempt. It returns no more than
   * `limits.batchBytes` of them, and at least one: a backlog must not fill the memory.
   *
   * A message whose lease has ended, or whose holder is known to be dead, is a suspect. Suspects come first and one at a
   * time: a claim that returns one returns nothing else. Its last attempt counts only if it ran alone (see `extend`), so
   * that messages in hand beside one that kills its process are not given up because of it.
   */
  claim(options: ClaimOptions): Promise<Claimed>;
  /**
   * Makes leases last `leaseMs` from now, even those that have ended. Returns the lost ones, whose message has been claimed
   * again, handled or released since.
   *
   * @param isAlone says that the claim is the only one in hand in this process: if the process dies now, this message is to
   * blame, and the attempt counts. @defaultValue false, which changes nothing
   */
  extend(claims: readonly Claim[], leaseMs: number, isAlone?: boolean): Promise<readonly Claim[]>;
  /** Records a failure. Has no effect if the lease was lost. */
  fail(claim: Claim, failure: FailedClaim): Promise<void>;
  /** Releases claims unhandled, without counting the attempt. */
  release(claims: readonly Claim[]): Promise<void>;
  /**
   * How many messages wait, run and are dead, in total and for each listener. Reads indexes only, and at most `limit` entries
   * of each kind and listener, so the cost does not grow with the backlog.
   *
   * @param limit how far each number is counted. @defaultValue 1000
   */
  status(limit?: number): Promise<InboxStatus>;
}
