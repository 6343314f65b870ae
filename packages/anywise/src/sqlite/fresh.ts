import { limits } from '../core/message/limits.js';
import type { OutboxRow } from '../core/ports/outbox.js';

/**
 * Rows of the outbox that this process has committed and the relay can take without a query. It can if nothing waits before
 * them but what the relay has in hand and others of these. They are not kept where they are more than one batch may have.
 */
export class FreshRows {
  #rows: readonly OutboxRow[] = [];
  /** Of all that were added to `#rows` since it was empty. */
  #bytes = 0;
  #inHand: readonly OutboxRow[] = [];

  /** The numbers of rows that may wait before one committed here without getting in its way. */
  get before(): readonly number[] {
    return [...this.#inHand, ...this.#rows].map(({ seq }) => seq);
  }

  /** @param bytes how large the envelopes are together. */
  committed(rows: readonly OutboxRow[], bytes: number, areNext: boolean): void {
    this.#bytes = this.#rows.length === 0 ? bytes : this.#bytes + bytes;
    this.#rows = areNext && this.#bytes <= limits.batchBytes ? [...this.#rows, ...rows] : [];
  }

  /** Hands over the next rows; none if they are unknown, or an earlier row was not sent. */
  take(limit: number): readonly OutboxRow[] {
    if (this.#inHand.length > 0) return [];
    this.#inHand = this.#rows.slice(0, limit);
    this.#rows = this.#rows.slice(limit);
    return this.#inHand;
  }

  /** Called with rows from a query, which may include rows kept here. */
  read(rows: readonly OutboxRow[]): void {
    this.#rows = [];
    this.#inHand = rows;
  }

  /** Called when this many of the rows in hand have been sent and deleted. */
  confirmed(count: number): void {
    if (count === this.#inHand.length) this.#inHand = [];
  }
}
