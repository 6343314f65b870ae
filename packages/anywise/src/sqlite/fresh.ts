import type { OutboxRow } from '../core/ports/outbox.js';

/**
 * Outbox rows committed here that the relay can take without a query. It can if nothing waits before them except rows that
 * the relay has in hand and other rows kept here.
 */
export class FreshRows {
  #rows: readonly OutboxRow[] = [];
  #inHand: readonly OutboxRow[] = [];

  /** The numbers of rows that may wait before one committed here without getting in its way. */
  get before(): readonly number[] {
    return [...this.#inHand, ...this.#rows].map(({ seq }) => seq);
  }

  committed(rows: readonly OutboxRow[], areNext: boolean): void {
    this.#rows = areNext ? [...this.#rows, ...rows] : [];
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
