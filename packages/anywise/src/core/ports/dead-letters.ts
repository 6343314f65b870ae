/** Identifies one message of one listener. */
export interface InboxRef {
  readonly listener: string;
  /** Who sent it; empty where that could not be read. */
  readonly source: string;
  readonly id: string;
}

/** How one attempt at a message failed. */
export interface FailedAttempt {
  /** Its number, from 1 on. */
  readonly attempt: number;
  /** Milliseconds since 1970, by the database's clock. */
  readonly at: number;
  /** The class of what was thrown, if it is known. */
  readonly name: string | undefined;
  readonly error: string;
  /** The first 2000 characters of where it was thrown, if it is known. */
  readonly stack: string | undefined;
}

/** A message that a listener could not handle. It stays until it is replayed or discarded. */
export interface DeadLetter extends InboxRef {
  /** Its place in the inbox, for reading page by page. */
  readonly seq: number;
  readonly type: string;
  readonly key: string | undefined;
  /** The envelope as it arrived, or as it was edited. For an unreadable message, text of any kind. */
  readonly json: string;
  /** The envelope as it arrived, if it has been edited. */
  readonly original: string | undefined;
  /**
   * What waits until this is replayed or discarded: nothing, the later messages with its key, or all messages of its
   * listener.
   */
  readonly holdsUp: 'nothing' | 'key' | 'listener';
  /** How many attempts were made. */
  readonly attempts: number;
  readonly error: string;
  /**
   * How the last 10 attempts failed, the first of them first. Attempts that ended with their process are missing. Empty for
   * a message that was given up as it arrived, or before these were kept.
   */
  readonly failures: readonly FailedAttempt[];
  /** Milliseconds since 1970, by the database's clock. */
  readonly receivedAt: number;
  /** Milliseconds since 1970, by the database's clock. */
  readonly diedAt: number;
}

/** Selects dead letters: those that match every given field. All of them, if nothing is given. */
export interface DeadLetterFilter {
  /** The message's id. One message can be a dead letter of several listeners, and several sources may use one id. */
  readonly id?: string | undefined;
  /** Who sent it, such as `/payments`. */
  readonly source?: string | undefined;
  readonly listener?: string | undefined;
  /** The message's wire name. */
  readonly type?: string | undefined;
  /** A part of the error's text, ignoring case. */
  readonly error?: string | undefined;
  /** Only those that failed for good at least this long ago, in milliseconds. */
  readonly olderThanMs?: number | undefined;
  /**
   * Only those whose `seq` is not above this: what died of messages that arrived later than the last one seen is left out.
   */
  readonly upTo?: number | undefined;
}

/**
 * A page of a list: up to `limit` items that follow `after`, the `seq` of the last one seen. Large items make a page shorter:
 * it has no more than `limits.batchBytes` of messages, and at least one item if there is any. Only an empty page is the end.
 */
export interface DeadLetterPage {
  readonly limit: number;
  readonly after?: number | undefined;
}

/**
 * The messages that listeners could not handle. A dead letter is a row of the inbox like any other, so a replay is one
 * update: if the process is killed meanwhile, the letter is either still dead or due again.
 */
export interface DeadLetters {
  /** One page of them, the oldest first. */
  list(filter: DeadLetterFilter, page: DeadLetterPage): Promise<readonly DeadLetter[]>;
  /** How many there are. */
  count(filter: DeadLetterFilter): Promise<number>;
  /**
   * Makes them due again, with all their attempts restored. Returns how many.
   *
   * @param who acts, for the audit: see `Actions`. @defaultValue no record
   */
  replay(filter: DeadLetterFilter, who?: string): Promise<number>;
  /**
   * Replaces a dead letter's envelope and keeps the original. `false` if there is no such dead letter.
   *
   * @param who as above
   * @param over the envelope that it replaces, as `list` gave it: `false` if another has edited it since. @defaultValue any
   */
  edit(letter: InboxRef, json: string, who?: string, over?: string): Promise<boolean>;
  /**
   * Discards them for good and releases what waits for them. They count as handled, so that no redelivery revives them.
   * Returns how many.
   *
   * @param who as above
   */
  discard(filter: DeadLetterFilter, who?: string): Promise<number>;
}
