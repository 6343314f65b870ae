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

/** What the outbox keeps until it is due. A transaction cancels one by its id. */
export interface ScheduledMessages {
  /** The next due first. */
  list(limit: number): Promise<readonly ScheduledMessage[]>;
}
