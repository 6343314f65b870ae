import type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetters,
  InboxRef,
} from '../core/ports/dead-letters.js';
import type { StoreChanged } from '../core/ports/store.js';
import type { MemoryInbox } from './inbox.js';
import type { Row } from './rows.js';

const holdsUp: Partial<Record<Row['state'], DeadLetter['holdsUp']>> = {
  dead: 'nothing',
  parked: 'key',
  blocking: 'listener',
};

export class MemoryDeadLetters implements DeadLetters {
  readonly #inbox: MemoryInbox;
  readonly #now: () => number;
  readonly #changed: StoreChanged;

  constructor(inbox: MemoryInbox, now: () => number, changed: StoreChanged) {
    this.#inbox = inbox;
    this.#now = now;
    this.#changed = changed;
  }

  async list(filter: DeadLetterFilter, { limit, after = 0 }: DeadLetterPage): Promise<readonly DeadLetter[]> {
    const rows = this.#matching(filter).filter(({ seq }) => seq > after);
    return rows.slice(0, limit).map(deadLetterOf);
  }

  async count(filter: DeadLetterFilter): Promise<number> {
    return this.#matching(filter).length;
  }

  replay(filter: DeadLetterFilter): Promise<number> {
    return this.#update(filter, { state: 'ready', at: 0, attempts: 0 });
  }

  async edit({ listener, id }: InboxRef, json: string): Promise<boolean> {
    return this.#inbox.write(() => {
      const [row] = this.#matching({ listener, id });
      if (row === undefined) return false;
      row.original ??= row.json;
      row.json = json;
      return true;
    });
  }

  discard(filter: DeadLetterFilter): Promise<number> {
    return this.#update(filter, { state: 'handled', at: this.#now() });
  }

  async #update(filter: DeadLetterFilter, change: Partial<Row>): Promise<number> {
    const count = await this.#inbox.write(() => {
      const rows = this.#matching(filter);
      for (const row of rows) Object.assign(row, change);
      return rows.length;
    });
    if (count > 0) this.#changed('inbox');
    return count;
  }

  #matching({ id, listener, type, error, olderThanMs }: DeadLetterFilter): Row[] {
    const diedBefore = olderThanMs === undefined ? Infinity : this.#now() - olderThanMs;
    return [...this.#inbox.rows()].filter(
      (row) =>
        row.state in holdsUp &&
        (id === undefined || row.id === id) &&
        (listener === undefined || row.listener === listener) &&
        (type === undefined || row.type === type) &&
        (error === undefined || (row.error ?? '').toLowerCase().includes(error.toLowerCase())) &&
        row.at <= diedBefore,
    );
  }
}

function deadLetterOf({ state, at, error = '', lease: _lease, isAlone: _isAlone, ...row }: Row): DeadLetter {
  return { ...row, holdsUp: holdsUp[state] ?? 'nothing', error, diedAt: at };
}
