import type { Envelope } from '../message/envelope.js';
import type { BoundedCount } from './bounded-count.js';
import type { DeadLetter, InboxRef } from './dead-letters.js';
import type { InboxStatus } from './inbox.js';
import type { OutboxStatus } from './outbox.js';

/** A page of a list: up to `limit` rows that follow the one with the number `after`. An empty page is the end. */
export interface Page {
  readonly limit: number;
  /** The `seq` of the last row seen. @defaultValue from the first row on */
  readonly after?: number | undefined;
}

/** What is in a store, in numbers. */
export interface StoreCounts {
  /** When they were taken: milliseconds since 1970, by the database's clock. */
  readonly at: number;
  readonly inbox: InboxStatus;
  readonly outbox: OutboxStatus;
  /** The numbers given last; 0 if none was. What they grow by is what was taken in, and what was published. */
  readonly lastSeq: { readonly inbox: number; readonly outbox: number };
}

/** The state of a message in an inbox, as drawn at the port `Inbox`; `dead` is each kind of dead letter. */
export type InboxState = 'waiting' | 'running' | 'dead' | 'handled';

/**
 * Selects rows of an inbox in a way that an index answers: one message, the lane of one key, or one state of one listener or
 * of all. The lane is what has a key and is not finished, in the order in which it is handled: what waits, runs or holds up
 * the others.
 */
export type InboxFilter =
  | { readonly id: string }
  | { readonly listener: string; readonly key: string }
  | { readonly state: Exclude<InboxState, 'handled'>; readonly listener?: string | undefined };

/** One message of one listener. */
export interface InboxRow extends InboxRef {
  readonly seq: number;
  readonly type: string;
  readonly key: string | undefined;
  readonly state: InboxState;
  /** How many attempts were made, the one that runs included. */
  readonly attempts: number;
  /** Why the last attempt failed, if it did. */
  readonly error: string | undefined;
  /** Milliseconds since 1970, by the database's clock. */
  readonly receivedAt: number;
  /** When it is due, its lease ends, it died or was handled; 0 for one that has waited for no attempt yet. */
  readonly at: number;
}

/** Selects rows of an outbox: one message, or those of one state. */
export type OutboxFilter = { readonly id: string } | { readonly state: OutboxState };

/** The state of a message in an outbox, as drawn at the port `Outbox`. */
export type OutboxState = 'waiting' | 'scheduled' | 'parked';

/** One message of an outbox. */
export interface OutboxView {
  readonly seq: number;
  readonly id: string;
  readonly state: OutboxState;
  /** `undefined` if what is stored cannot be read any more. */
  readonly envelope: Envelope | undefined;
  /** How many attempts to publish it have failed. */
  readonly attempts: number;
  /** Why the last attempt failed, if it did. */
  readonly error: string | undefined;
  /** Milliseconds since 1970, by the database's clock. */
  readonly createdAt: number;
  /** When it is due: milliseconds since 1970, by the database's clock; 0 for one that is due at once. */
  readonly dueAt: number;
}

/** Dead letters that failed in the same way. */
export interface DeadGroup {
  readonly listener: string;
  readonly type: string;
  /** The error of each, with `…` in place of numbers and ids. */
  readonly error: string;
  readonly count: BoundedCount;
  /** When the first and the last of them died: milliseconds since 1970, by the database's clock. */
  readonly firstAt: number;
  readonly lastAt: number;
  /** The most that one of them blocks. */
  readonly holdsUp: DeadLetter['holdsUp'];
}

/** What a store knows of one message of a conversation: what waits to leave it, or what a listener of it got. */
export type Seen = {
  readonly seq: number;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly key: string | undefined;
  readonly correlationId: string;
  /** The id of the message that it came of. */
  readonly causationId: string | undefined;
  readonly attempts: number;
  readonly error: string | undefined;
  /** When it was received or published: milliseconds since 1970, by the database's clock. */
  readonly since: number;
  /** As `at` of an inbox row, and `dueAt` of an outbox row. */
  readonly at: number;
} & (
  | { readonly part: 'inbox'; readonly listener: string; readonly state: InboxState }
  | { readonly part: 'outbox'; readonly listener?: undefined; readonly state: OutboxState }
);

/**
 * What tools see of a store. It reads only, and each answer is bounded: it costs the same however much the store holds.
 */
export interface StoreView {
  /**
   * @param limit how far each number is counted, at the least. @defaultValue 1000
   * @param maxAgeMs how old they may be: those who ask often share what was counted last. @defaultValue 0: counted now
   */
  counts(limit?: number, maxAgeMs?: number): Promise<StoreCounts>;
  /**
   * How many messages of each of these keys wait behind a dead letter of a listener, in the order of `keys`; 0 where none holds
   * them up.
   *
   * @param limit how far each number is counted.
   */
  behind(listener: string, keys: readonly string[], limit: number): Promise<readonly BoundedCount[]>;
  /** One page of an inbox, in the order of `seq`. */
  inbox(filter: InboxFilter, page: Page): Promise<readonly InboxRow[]>;
  /**
   * One page of an outbox, in the order of `seq`; what is scheduled in the order in which it is due. If the row `after` is
   * gone, a page of what is scheduled begins with the first.
   */
  outbox(filter: OutboxFilter, page: Page): Promise<readonly OutboxView[]>;
  /**
   * Groups of dead letters, the largest first. No more than 1000 letters are looked at: of each listener an equal share, half
   * of it the oldest and half the latest. So no listener hides another, and a new error is seen behind many old ones.
   */
  deadGroups(limit: number): Promise<readonly DeadGroup[]>;
  /**
   * Messages of one conversation, in the order in which they came to the store. Of what waits to be published, the oldest
   * 1000 are searched.
   *
   * @param id its correlation id, or the id of one of its messages.
   * @param limit how many are looked up in inbox and outbox each.
   */
  conversation(id: string, limit: number): Promise<readonly Seen[]>;
}
