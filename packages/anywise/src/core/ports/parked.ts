import type { Envelope } from '../message/envelope.js';

/** A message that can never be published. */
export interface ParkedMessage {
  readonly seq: number;
  readonly id: string;
  /** `undefined` where what is stored cannot be read any more. */
  readonly envelope: Envelope | undefined;
  /** What is stored: the envelope, or what is left of it. */
  readonly json: string;
  /** How many attempts to publish it have failed. */
  readonly attempts: number;
  readonly error: string;
}

/**
 * The messages that the outbox could not send, and what operators can do about them. A parked message is a row of the outbox
 * like any other and holds back the later ones with its key until it is retried or discarded.
 */
export interface ParkedMessages {
  /**
   * Up to `limit` of them that follow `after`, the `seq` of the last one seen, the oldest first. There are fewer if they are
   * large: no more than `limits.batchBytes` of messages, and at least one if there is any. Only an empty list is the end.
   *
   * @param after 0 if absent: from the first on.
   */
  list(limit: number, after?: number): Promise<readonly ParkedMessage[]>;
  /**
   * Makes parked messages due again, with all their attempts restored: the one with this id, or all. Returns how many.
   *
   * @param who acts, for the audit: see `Actions`. @defaultValue no record
   */
  retry(id?: string, who?: string): Promise<number>;
  /**
   * Deletes a parked message for good; `false` if none has this id.
   *
   * @param who as above
   */
  discard(id: string, who?: string): Promise<boolean>;
}
