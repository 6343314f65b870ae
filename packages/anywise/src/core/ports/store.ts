import { AnywiseError } from '../errors/errors.js';
import { errorText } from '../errors/thrown.js';
import type { Envelope } from '../message/envelope.js';
import type { Actions } from './actions.js';
import type { ServiceId } from './container.js';
import type { DeadLetters } from './dead-letters.js';
import type { EventLog, LogTransaction } from './event-log.js';
import type { Claim, Inbox, InboxEntry } from './inbox.js';
import type { Outbox, ScheduledEnvelope, Shortcut } from './outbox.js';
import type { ParkedMessages } from './parked.js';
import type { Processes } from './processes.js';
import type { Projections, ProjectionTransaction } from './projections.js';
import type { Sagas, SagaTransaction } from './sagas.js';
import type { ScheduledMessages } from './scheduled.js';
import type { StoreView } from './store-view.js';
import type { Transport } from './transport.js';

/** The part of a store that a commit added something to. */
export type StorePart = 'outbox' | 'inbox' | 'log';

/** The `restMs` of a store that says nothing. */
export const defaultRestMs = 1_000;

/** Called after a commit with the part that it added something to, if known. */
export type StoreChanged = (part?: StorePart) => void;

/** The reply kept under an idempotency key. */
export interface KeptReply {
  /** Tells whether the key was used with the same data. */
  readonly fingerprint: string;
  readonly reply: unknown;
}

/** The place of a kept reply: the command's wire name and the caller's key. */
export interface ReplyKey {
  readonly type: string;
  readonly key: string;
}

/** Messages that commit with a transaction. */
export interface NewMessages {
  /** For the outbox. @defaultValue none */
  readonly outgoing?: readonly Envelope[];
  /** For the outbox, until they are due. @defaultValue none */
  readonly scheduled?: readonly ScheduledEnvelope[];
  /** For the inbox, for this service's own listeners. @defaultValue none */
  readonly incoming?: readonly InboxEntry[];
}

/** What commits together with a transaction's writes, or prevents their commit. */
export interface Completion {
  /** The message that this commit finishes, if its lease is still held. @defaultValue none */
  readonly claim?: Claim | undefined;
  /** The messages of one listener that this commit finishes, if all of their leases are still held. @defaultValue none */
  readonly claims?: readonly Claim[] | undefined;
  /** The reply that this commit keeps, if its key is still free. @defaultValue none */
  readonly reply?: { readonly key: ReplyKey; readonly kept: KeptReply } | undefined;
}

/** A part of a transaction. Either method ends it. */
export interface TransactionPart {
  /** Undoes its writes, even if one of its statements failed. */
  undo(): Promise<void>;
  /** Merges its writes into the rest of the transaction. */
  end(): Promise<void>;
}

/** How a transaction begins. */
export interface BeginOptions {
  /** Refuses writes. */
  readonly readOnly: boolean;
  /** Shares its commit with no other transaction. @defaultValue false */
  readonly isAlone?: boolean;
}

/**
 * What a shared commit rejects with for the transactions that may not be to blame. Run again alone, each succeeds or fails
 * for its own reason.
 */
export class SharedCommitError extends AnywiseError {
  override readonly name = 'SharedCommitError';

  constructor(cause: unknown) {
    const text = `A commit that several messages shared failed (${errorText(cause)}). Each is retried alone.`;
    super('UNAVAILABLE', text, { cause, retryable: true });
  }

  /** Recognises errors of any installed copy of this package. Never throws, whatever was thrown. */
  static override is(error: unknown): error is SharedCommitError {
    return AnywiseError.is(error) && error.name === 'SharedCommitError';
  }
}

/**
 * The transaction of one message. It begins with the first statement of a client or the first method that writes, and ends
 * with `commit` or `rollback`; an unused one costs nothing. Not for concurrent use.
 */
export interface StoreTransaction {
  /** The instance of `id`, one of the store's `clients`. */
  client(id: ServiceId): unknown;
  /** The events of entities. Absent from a store that keeps none. */
  readonly log?: LogTransaction | undefined;
  /** Read models. Absent from a store that keeps none. */
  readonly projections?: ProjectionTransaction | undefined;
  /** Sagas. Absent from a store that keeps none. */
  readonly sagas?: SagaTransaction | undefined;
  /** Adds messages. */
  append(messages: NewMessages): Promise<void>;
  /** Cancels a scheduled message; `false` if none with this id is waiting. */
  cancel(id: string): Promise<boolean>;
  /**
   * Begins a part that can be undone without the rest, such as the writes of a nested command. It costs nothing until its
   * first statement. Parts end in reverse order.
   */
  nest(): TransactionPart;
  /**
   * Commits; `false`, with everything rolled back, if the completion lost: its lease or its key belongs to another now.
   *
   * @throws SharedCommitError if it shared its commit and another may be to blame for the failure. Nothing is committed
   * then.
   * @throws StreamConflictError if a stream is not at the version that an append expects. Nothing is committed then.
   */
  commit(completion?: Completion): Promise<boolean>;
  /** Undoes everything. Has no effect once the transaction has ended. */
  rollback(): Promise<void>;
}

/** What a store can do, as facts that tests and documentation read. */
export interface StoreCapabilities {
  /** Committed data survives `kill -9` of every process, including the database's. */
  readonly durable: boolean;
  /** Several processes can open the same data. */
  readonly shared: boolean;
}

/**
 * Where outbox and inbox live, beside the business data, so that one transaction covers all three.
 *
 * If the store is durable, everything committed survives `kill -9` of the process. Only the database's clock is used.
 */
export interface Store {
  readonly name: string;
  readonly capabilities: StoreCapabilities;
  readonly outbox: Outbox;
  readonly parked: ParkedMessages;
  readonly scheduled: ScheduledMessages;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetters;
  /** The events of entities. Absent from a store that keeps none: then `StoreTransaction.log` is absent, too. */
  readonly log?: EventLog;
  /** The read models that are made from `log`. Absent from a store that keeps none: then those of its transactions are absent, too. */
  readonly projections?: Projections;
  /** The sagas. Absent from a store that keeps none: then `StoreTransaction.sagas` is absent, too. */
  readonly sagas?: Sagas;
  /** What tools see of it. Absent from a store that has no indexes for it. */
  readonly view?: StoreView;
  /** What was done by hand. Absent from a store that keeps no audit. */
  readonly actions?: Actions;
  /** Who works for it. Absent from a store that keeps no record of that. */
  readonly processes?: Processes;
  /**
   * How long the bus may rest when it has found nothing to do, in milliseconds, unless `watch` calls back: so late it finds a
   * commit that it was not told of. May change while the store is open. @defaultValue 1000
   */
  readonly restMs?: number;
  /** The services that handlers inject to run their own statements in the transaction. */
  readonly clients: readonly ServiceId[];
  /** The transaction of one message, which begins when it is needed. */
  begin(options: BeginOptions): StoreTransaction;
  /** The last committed reply under a key. */
  findReply(key: ReplyKey): Promise<KeptReply | undefined>;
  /**
   * Calls back after commits that added something to the outbox, the inbox or the log, here or in another process. Returns a function
   * that stops this.
   *
   * @param onError called if commits of other processes cannot be noticed, so that only a poll finds them.
   */
  watch(changed: StoreChanged, onError?: (error: unknown) => void): () => void;
  /** A way to a transport that is in the same database; `undefined` if there is none. @defaultValue there never is one */
  shortcutTo?(transport: Transport): Shortcut | undefined;
  /**
   * From now on, events that are committed without a transaction may go to a transport that is in the same database at once,
   * with their commit, while `isOpen` says so and none with their key waits in the outbox. @defaultValue all of them wait in the
   * outbox for the relay
   */
  publishTo?(transport: Transport, isOpen: () => boolean): void;
  /**
   * Deletes, in batches, messages handled, replies kept and sagas ended more than `retentionMs` ago, read models that no process
   * has had for that long, and what its audit and its list of
   * processes keep no longer.
   */
  clean(retentionMs: number): Promise<void>;
  /**
   * Opens, migrates, and resolves once the store can be used.
   *
   * @param service whose messages are in it: the first service that says so owns the store, for ever. @defaultValue any
   * @throws AnywiseError (`UNAVAILABLE`) that says why not, (`INVALID_MIGRATION`) which migration was changed or is missing,
   * or (`STORE_TAKEN`) whose store it is.
   */
  check(service?: string): Promise<void>;
  /** Closes the database, and resolves when nothing runs any more. Idempotent. */
  close(): Promise<void>;
}
