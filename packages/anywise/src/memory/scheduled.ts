import type { ScheduledMessage, ScheduledMessages } from '../core/ports/scheduled.js';
import type { StoreChanged } from '../core/ports/store.js';
import { actionBy } from '../kit/actions.js';
import type { Mutex } from '../kit/mutex.js';
import type { MemoryActions } from './actions.js';
import type { MemoryOutbox, Row } from './outbox.js';

export class MemoryScheduledMessages implements ScheduledMessages {
  readonly #outbox: MemoryOutbox;
  readonly #actions: MemoryActions;
  readonly #writer: Mutex;
  readonly #now: () => number;
  readonly #changed: StoreChanged;

  constructor(outbox: MemoryOutbox, actions: MemoryActions, writer: Mutex, now: () => number, changed: StoreChanged) {
    this.#outbox = outbox;
    this.#actions = actions;
    this.#writer = writer;
    this.#now = now;
    this.#changed = changed;
  }

  async list(limit: number): Promise<readonly ScheduledMessage[]> {
    return [...this.#outbox.rows()]
      .filter(({ state }) => state === 'scheduled')
      .sort((a, b) => a.dueAt - b.dueAt || a.seq - b.seq)
      .slice(0, limit)
      .map(({ seq, envelope, dueAt }) => ({ seq, id: envelope.id, envelope, dueAt }));
  }

  cancel(id: string, who?: string): Promise<boolean> {
    return this.#change(id, () => {
      this.#outbox.delete(id);
      this.#actions.record(actionBy(who, 'scheduled cancel', { id }), 1);
      return true;
    });
  }

  runNow(id: string, who?: string): Promise<boolean> {
    return this.#change(id, (row) => {
      if (row.dueAt <= this.#now()) return false;
      this.#outbox.set({ ...row, dueAt: this.#now() });
      this.#actions.record(actionBy(who, 'scheduled run', { id }), 1);
      return true;
    });
  }

  /** Waits for its turn, because a transaction may be about to cancel the same message. */
  async #change(id: string, change: (row: Row) => boolean): Promise<boolean> {
    const release = await this.#writer.acquire();
    try {
      const row = this.#outbox.find(id);
      if (row?.state !== 'scheduled' || !change(row)) return false;
      this.#changed('outbox');
      return true;
    } finally {
      release();
    }
  }
}
