/** Names one message of one listener. */
export interface InboxRef {
  readonly listener: string;
  readonly id: string;
}

/** A message that a listener could not handle. It stays until it is replayed or discarded. */
export interface DeadLetter extends InboxRef {
  /** Its place in the inbox, for reading page by page. */
  readonly seq: number;
  readonly type: string;
  readonly key: string | undefined;
  /** The envelope as it came, or as it was edited. What could not be read is text of any kind. */
  readonly json: string;
  /** The envelope as it came, if it was edited since. */
  readonly original: string | undefined;
  /** What waits until this is replayed or discarded: nothing, the later messages of its key, or all of its listener. */
  readonly holdsUp: 'nothing' | 'key' | 'listener';
  /** How often it was tried. */
  readonly attempts: number;
  readonly error: string;
  /** Milliseconds since 1970, by the database's clock. */
  readonly receivedAt: number;
  /** Milliseconds since 1970, by the database's clock. */
  readonly diedAt: number;
}

/** Which dead letters are meant: those that match everything given. All, if nothing is given. */
export interface DeadLetterFilter {
  /** The message's id. One message can be a dead letter of several listeners. */
  readonly id?: string | undefined;
  readonly listener?: string | undefined;
  /** The message's wire name. */
  readonly type?: string | undefined;
  /** A part of the error's text, in any case. */
  readonly error?: string | undefined;
  /** Only those that died at least this long ago, in milliseconds. */
  readonly olderThanMs?: number | undefined;
}

/** A part of a list: what follows `after`, the `seq` of the last one seen. */
export interface DeadLetterPage {
  readonly limit: number;
  readonly after?: number | undefined;
}

/**
 * What listeners could not handle. A dead letter is a row of the inbox like any other, so replaying is one update: if a
 * process is killed meanwhile, the letter is either still dead or due again.
 */
export interface DeadLetters {
  /** The oldest first. */
  list(filter: DeadLetterFilter, page: DeadLetterPage): Promise<readonly DeadLetter[]>;
  /** How many there are. */
  count(filter: DeadLetterFilter): Promise<number>;
  /** Makes them due again, with all their attempts before them. Returns how many. */
  replay(filter: DeadLetterFilter): Promise<number>;
  /** Replaces a dead letter's envelope and keeps the original. `false` if there is no such dead letter. */
  edit(letter: InboxRef, json: string): Promise<boolean>;
  /** Gives them up for good: what waits for them goes on. They count as handled, so that no redelivery revives them. Returns how many. */
  discard(filter: DeadLetterFilter): Promise<number>;
}
