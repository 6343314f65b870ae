import { limits } from '../core/message/limits.js';
import type {
  DeadLetter,
  DeadLetterFilter,
  DeadLetterPage,
  DeadLetters,
  InboxRef,
} from '../core/ports/dead-letters.js';
import type { StoreChanged } from '../core/ports/store.js';
import { actionBy, type NewAction } from '../kit/actions.js';
import { countWithin } from '../kit/batches.js';
import { holdsUp, type DeadState } from '../kit/dead-state.js';
import type { MemoryActions } from './actions.js';
import type { MemoryInbox } from './inbox.js';
import type { Row } from './rows.js';

export class MemoryDeadLetters implements DeadLetters {
  readonly #inbox: MemoryInbox;
  readonly #actions: MemoryActions;
  readonly #now: () => number;
  readonly #changed: StoreChanged;

  constructor(inbox: MemoryInbox, actions: MemoryActions, now: () => number, changed: StoreChanged) {
    this.#inbox = inbox;
    this.#actions = actions;
    this.#now = now;
    this.#changed = changed;
  }

  async list(filter: DeadLetterFilter, { limit, after = 0 }: DeadLetterPage): Promise<readonly DeadLetter[]> {
    const rows = this.#matching(filter).filter(({ seq }) => seq > after);
    const page = rows.slice(0, limit);
    return page.slice(0, countWithin(page, bytesOf, limits.batchBytes)).map(deadLetterOf);
  }

  async count(filter: DeadLetterFilter): Promise<number> {
    return this.#matching(filter).length;
  }

  replay(filter: DeadLetterFilter, who?: string): Promise<number> {
    const change: Partial<Row> = {
      state: 'ready',
      at: 0,
      attempts: 0,
      error: undefined,
      failures: [],
      isReplayed: true,
    };
    return this.#update(filter, change, actionBy(who, 'dead-letters replay', filter));
  }

  async edit({ listener, source, id }: InboxRef, json: string, who?: string, over?: string): Promise<boolean> {
    return this.#inbox.write(() => {
      const [row] = this.#matching({ listener, source, id });
      if (row === undefined || (over !== undefined && row.json !== over)) return false;
      row.original ??= row.json;
      row.json = json;
      this.#actions.record(actionBy(who, 'dead-letters edit', { listener, source, id }), 1);
      return true;
    });
  }

  discard(filter: DeadLetterFilter, who?: string): Promise<number> {
    const change: Partial<Row> = { state: 'handled', at: this.#now(), error: undefined, failures: [] };
    return this.#update(filter, change, actionBy(who, 'dead-letters discard', filter));
  }

  async #update(filter: DeadLetterFilter, change: Partial<Row>, action: NewAction | undefined): Promise<number> {
    const count = await this.#inbox.write(() => {
      const rows = this.#matching(filter);
      for (const row of rows) Object.assign(row, change);
      this.#actions.record(action, rows.length);
      return rows.length;
    });
    if (count > 0) this.#changed('inbox');
    return count;
  }

  #matching({ id, source, listener, type, error, olderThanMs, upTo = Infinity }: DeadLetterFilter): DeadRow[] {
    const diedBefore = olderThanMs === undefined ? Infinity : this.#now() - olderThanMs;
    return [...this.#inbox.rows()]
      .filter(isDead)
      .filter(
        (row) =>
          (id === undefined || row.id === id) &&
          (source === undefined || row.source === source) &&
          (listener === undefined || row.listener === listener) &&
          (type === undefined || row.type === type) &&
          (error === undefined || (row.error ?? '').toLowerCase().includes(error.toLowerCase())) &&
          row.at <= diedBefore &&
          row.seq <= upTo,
      );
  }
}

type DeadRow = Row & { readonly state: DeadState };

function bytesOf({ json, original = '' }: DeadRow): number {
  return Buffer.byteLength(json) + Buffer.byteLength(original);
}

function isDead(row: Row): row is DeadRow {
  return row.state in holdsUp;
}

function deadLetterOf(dead: DeadRow): DeadLetter {
  const { state, at, error = '', lease: _lease, isAlone: _isAlone, isReplayed: _isReplayed, ...rest } = dead;
  const { correlationId: _correlationId, causationId: _causationId, ...row } = rest;
  return { ...row, holdsUp: holdsUp[state], error, diedAt: at };
}
