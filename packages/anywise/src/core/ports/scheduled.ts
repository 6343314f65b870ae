import type { Envelope } from '../message/envelope.js';

/** A message that waits for its due time. */
export interface ScheduledMessage {
  readonly seq: number;
  readonly id: string;
  /** `undefined` if what is stored cannot be read any more. */
  readonly envelope: Envelope | undefined;
  /** Milliseconds since 1970, by the database's clock. */
  readonly dueAt: number;
}

/** What the outbox keeps until it is due, and what operators can do about it. A transaction can cancel one, too. */
export interface ScheduledMessages {
  /** The next due first. */
  list(limit: number): Promise<readonly ScheduledMessage[]>;
  /**
   * Deletes a scheduled message for good; `false` if none with this id is waiting.
   *
   * @param who acts, for the audit: see `Actions`. @defaultValue no record
   */
  cancel(id: string, who?: string): Promise<boolean>;
  /**
   * Makes a scheduled message due now; `false` if none with this id waits for its time.
   *
   * @param who as above
   */
  runNow(id: string, who?: string): Promise<boolean>;
}
