import type { OutboxRow } from '../core/ports/outbox.js';

/**
 * Rows of the outbox that this process has committed and the relay can take without a query. It can if nothing waits before
 * them but what the relay has in hand and others of these.
 */
export class FreshRows {
  #rows: readonly OutboxRow[] = [];
  #inHand: readonly OutboxRow[] = [];

  /** The numbers of the rows that may wait before one that is committed here, which is next all the same. */
  get before(): readonly number[] {
    return [...this.#inHand, ...this.#rows].map(({ seq }) => seq);
  }

  committed(rows: readonly OutboxRow[], areNext: boolean): void {
    this.#rows = areNext ? [...this.#rows, ...rows] : [];
  }

  /** Hands over what is next; nothing if that is not known, or something before it was not sent. */
  take(limit: number): readonly OutboxRow[] {
    if (this.#inHand.length > 0) return [];
    this.#inHand = this.#rows.slice(0, limit);
    this.#rows = this.#rows.slice(limit);
    return this.#inHand;
  }

  /** Rows that were read: what had been kept here may be among them. */
  read(rows: readonly OutboxRow[]): void {
    this.#rows = [];
    this.#inHand = rows;
  }

  /** This many of the rows in hand are sent and gone. */
  confirmed(count: number): void {
    if (count === this.#inHand.length) this.#inHand = [];
  }
}
