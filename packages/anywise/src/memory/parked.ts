import { limits } from '../core/message/limits.js';
import type { ParkedMessage, ParkedMessages } from '../core/ports/parked.js';
import type { StoreChanged } from '../core/ports/store.js';
import { actionBy } from '../kit/actions.js';
import { countWithin } from '../kit/batches.js';
import type { MemoryActions } from './actions.js';
import type { MemoryOutbox, Row } from './outbox.js';

export class MemoryParkedMessages implements ParkedMessages {
  readonly #outbox: MemoryOutbox;
  readonly #actions: MemoryActions;
  readonly #changed: StoreChanged;

  constructor(outbox: MemoryOutbox, actions: MemoryActions, changed: StoreChanged) {
    this.#outbox = outbox;
    this.#actions = actions;
    this.#changed = changed;
  }

  async list(limit: number, after = 0): Promise<readonly ParkedMessage[]> {
    const rows = this.#matching()
      .filter(({ seq }) => seq > after)
      .slice(0, limit);
    const count = countWithin(rows, ({ bytes }) => bytes, limits.batchBytes);
    return rows.slice(0, count).map(({ seq, envelope, attempts, error = '' }) => {
      return { seq, id: envelope.id, envelope, json: JSON.stringify(envelope), attempts, error };
    });
  }

  async retry(id?: string, who?: string): Promise<number> {
    const rows = this.#matching(id);
    for (const row of rows) this.#outbox.set({ ...row, state: 'waiting', attempts: 0, dueAt: 0 });
    this.#actions.record(actionBy(who, 'outbox retry', { id }), rows.length);
    if (rows.length > 0) this.#changed('outbox');
    return rows.length;
  }

  async discard(id: string, who?: string): Promise<boolean> {
    if (this.#matching(id).length === 0) return false;
    this.#outbox.delete(id);
    this.#actions.record(actionBy(who, 'outbox discard', { id }), 1);
    this.#changed('outbox');
    return true;
  }

  #matching(id?: string): Row[] {
    return [...this.#outbox.rows()].filter(
      ({ state, envelope }) => state === 'parked' && (id === undefined || envelope.id === id),
    );
  }
}
