import type { ProcessInfo, ProcessRow, Processes } from '../core/ports/processes.js';
import { processKeptMs } from '../kit/kept.js';

export class MemoryProcesses implements Processes {
  readonly #now: () => number;
  readonly #rows = new Map<string, ProcessRow>();

  constructor(now: () => number) {
    this.#now = now;
  }

  async seen(process: ProcessInfo): Promise<number> {
    const now = this.#now();
    const startedAt = this.#rows.get(process.holder)?.startedAt ?? now;
    this.#rows.set(process.holder, { ...process, startedAt, seenAt: now });
    return now;
  }

  async left(holder: string): Promise<void> {
    this.#rows.delete(holder);
  }

  async list(limit: number): Promise<readonly ProcessRow[]> {
    const rows = [...this.#rows.values()].sort((a, b) => b.seenAt - a.seenAt || (a.holder < b.holder ? -1 : 1));
    return rows.slice(0, limit);
  }

  clean(): void {
    for (const { holder, seenAt } of this.#rows.values()) {
      if (seenAt < this.#now() - processKeptMs) this.#rows.delete(holder);
    }
  }
}
