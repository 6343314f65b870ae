/** What can be done by hand, in the words of the command line. */
export type ActionName =
  | 'dead-letters replay'
  | 'dead-letters edit'
  | 'dead-letters discard'
  | 'outbox retry'
  | 'outbox discard'
  | 'scheduled cancel'
  | 'scheduled run'
  | 'projections rebuild'
  | 'projections drop'
  | 'projections retry'
  | 'projections skip';

/** What a person did to messages or read models of a store. */
export interface ActionRecord {
  readonly seq: number;
  /** Milliseconds since 1970, by the database's clock. */
  readonly at: number;
  /** Who did it, as the tool names its users: `ada@example.com`, or `cli:ada` for a user of the operating system. */
  readonly who: string;
  readonly what: ActionName;
  /** What selected them: the filter, or what names one. Empty if all were meant. */
  readonly target: Readonly<Record<string, string | number>>;
  /** How many messages, events or generations it changed. */
  readonly count: number;
}

/** Which records to read: up to `limit` that are older than the one with the number `before`. */
export interface ActionPage {
  readonly limit: number;
  /** The `seq` of the last record seen. @defaultValue from the newest on */
  readonly before?: number | undefined;
}

/**
 * The audit of what was done by hand. A method that acts and is told `who` acts writes one record, in the transaction of the
 * change, so that neither exists without the other. What changed nothing leaves no record. `clean` deletes records after 90
 * days.
 */
export interface Actions {
  /** One page of the records, the newest first. */
  list(page: ActionPage): Promise<readonly ActionRecord[]>;
}
