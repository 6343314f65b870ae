import type { ScheduledMessage, ScheduledMessages } from '../core/ports/scheduled.js';
import type { MemoryOutbox } from './outbox.js';

export class MemoryScheduledMessages implements ScheduledMessages {
  readonly #outbox: MemoryOutbox;

  constructor(outbox: MemoryOutbox) {
    this.#outbox = outbox;
  }

  async list(limit: number): Promise<readonly ScheduledMessage[]> {
    return [...this.#outbox.rows()]
      .filter(({ state }) => state === 'scheduled')
      .sort((a, b) => a.dueAt - b.dueAt || a.seq - b.seq)
      .slice(0, limit)
      .map(({ seq, envelope, dueAt }) => ({ seq, id: envelope.id, envelope, dueAt }));
  }
}
