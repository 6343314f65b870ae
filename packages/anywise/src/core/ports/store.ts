import { AnywiseError } from '../errors/errors.js';
import { errorText } from '../errors/thrown.js';
import type { Envelope } from '../message/envelope.js';
import type { ServiceId } from './container.js';
import type { DeadLetters } from './dead-letters.js';
import type { Claim, Inbox, InboxEntry } from './inbox.js';
import type { Outbox, ScheduledEnvelope } from './outbox.js';
import type { ParkedMessages } from './parked.js';

/** The part of a store that a commit added something to. */
export type StorePart = 'outbox' | 'inbox';

/** Is told of a commit: which part it added something to, if that is known. */
export type StoreChanged = (part?: StorePart) => void;

/** The reply kept under an idempotency key. */
export interface KeptReply {
  /** Tells whether the same data came with the key. */
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
  /** For the outbox, which they leave when they are due. @defaultValue none */
  readonly scheduled?: readonly ScheduledEnvelope[];
  /** For the inbox, for this service's own listeners. @defaultValue none */
  readonly incoming?: readonly InboxEntry[];
}

/** What must become true together with a transaction's writes, or none of them does. */
export interface Completion {
  /** A message that is handled with this commit, if its lease is still held. @defaultValue none */
  readonly claim?: Claim | undefined;
  /** A reply that is kept with this commit, if its key is still free. @defaultValue none */
  readonly reply?: { readonly key: ReplyKey; readonly kept: KeptReply } | undefined;
}

/** A part of a transaction. One of the two ends it. */
export interface TransactionPart {
  /** Undoes what was written since its beginning, even if a statement of it failed. */
  undo(): Promise<void>;
  /** Leaves what was written to the rest of the transaction. */
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
 * What a commit rejects with that transactions shared, for those of which it is not known that they are to blame. Done again
 * alone, each succeeds or fails for its own reason.
 */
export class SharedCommitError extends AnywiseError {
  override readonly name = 'SharedCommitError';

  constructor(cause: unknown) {
    const text = `A commit that several messages shared failed (${errorText(cause)}). Each is done again alone.`;
    super('UNAVAILABLE', text, { cause, retryable: true });
  }
}

/**
 * The transaction of one message. It begins with the first statement of a client or the first method that writes, and ends
 * with `commit` or `rollback`; one that was never used costs nothing. Not for concurrent use.
 */
export interface StoreTransaction {
  /** What code that asks for `id`, one of the store's `clients`, is given. */
  client(id: ServiceId): unknown;
  /** Adds messages. */
  append(messages: NewMessages): Promise<void>;
  /** Cancels a scheduled message; `false` if none with this id waits any more. */
  cancel(id: string): Promise<boolean>;
  /**
   * Begins a part that can be undone without the rest, such as what a nested command writes. It costs nothing until the
   * first statement in it. Parts end in the opposite order of their beginning.
   */
  nest(): TransactionPart;
  /**
   * Commits; `false`, and everything rolled back, if the completion lost: its lease or its key belongs to another now.
   *
   * @throws SharedCommitError if it shared its commit and another may be to blame for the failure. Then nothing of it is
   * committed.
   */
  commit(completion?: Completion): Promise<boolean>;
  /** Undoes everything. Without effect once the transaction has ended. */
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
 * Everything that is committed survives `kill -9` of the process if the store is durable. Clocks: only the database's.
 */
export interface Store {
  readonly name: string;
  readonly capabilities: StoreCapabilities;
  readonly outbox: Outbox;
  readonly parked: ParkedMessages;
  readonly inbox: Inbox;
  readonly deadLetters: DeadLetters;
  /** The services by which handlers ask for a client of the transaction, for their own statements. */
  readonly clients: readonly ServiceId[];
  begin(options: BeginOptions): StoreTransaction;
  /** The reply kept under a key, as last committed. */
  findReply(key: ReplyKey): Promise<KeptReply | undefined>;
  /** Calls back after commits that added something to the outbox or the inbox, here or in another process. Returns how to stop. */
  watch(changed: StoreChanged): () => void;
  /** Deletes, in batches, what was handled or kept before `retentionMs` ago. */
  clean(retentionMs: number): Promise<void>;
  /** Opens, migrates, and resolves when the store can be used. @throws AnywiseError (`UNAVAILABLE`) that says why not. */
  check(): Promise<void>;
  /** Closes the database, and resolves when nothing runs any more. Idempotent. */
  close(): Promise<void>;
}
