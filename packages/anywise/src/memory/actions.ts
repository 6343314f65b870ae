import type { ActionPage, ActionRecord, Actions } from '../core/ports/actions.js';
import type { NewAction } from '../kit/actions.js';
import { actionsKeptMs } from '../kit/kept.js';

export class MemoryActions implements Actions {
  readonly #now: () => number;
  #records: readonly ActionRecord[] = [];
  #lastSeq = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  record(action: NewAction | undefined, count: number): void {
    if (action === undefined || count === 0) return;
    this.#records = [{ seq: ++this.#lastSeq, at: this.#now(), ...action, count }, ...this.#records];
  }

  async list({ limit, before = Infinity }: ActionPage): Promise<readonly ActionRecord[]> {
    return this.#records.filter(({ seq }) => seq < before).slice(0, limit);
  }

  clean(): void {
    this.#records = this.#records.filter(({ at }) => at >= this.#now() - actionsKeptMs);
  }
}
