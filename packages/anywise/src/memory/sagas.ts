import type {
  KeptSaga,
  SagaCount,
  SagaDetail,
  SagaFilter,
  SagaRow,
  Sagas,
  SagaStep,
  SagaStepRow,
} from '../core/ports/sagas.js';
import { keptSteps } from '../kit/kept.js';

/** Sagas in memory. Its transactions stage their writes. */
export class MemorySagas implements Sagas {
  readonly #now: () => number;
  readonly #sagas = new Map<string, { readonly row: SagaRow; readonly steps: readonly SagaStepRow[] }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  async list({ name, status }: SagaFilter, { limit }: { readonly limit: number }): Promise<readonly SagaRow[]> {
    return [...this.#sagas.values()]
      .map(({ row }) => row)
      .filter((row) => (name === undefined || row.name === name) && (status === undefined || row.status === status))
      .sort((a, b) => b.changedAt - a.changedAt)
      .slice(0, limit);
  }

  async find(name: string, key: string): Promise<SagaDetail | undefined> {
    return this.#sagas.get(idOf(name, key));
  }

  async count(): Promise<readonly SagaCount[]> {
    const counts = new Map<string, SagaCount>();
    for (const { row } of this.#sagas.values()) {
      const { name, status } = row;
      if (status === 'ended') continue;
      const id = idOf(name, status);
      counts.set(id, { name, status, count: (counts.get(id)?.count ?? 0) + 1 });
    }
    return [...counts.values()];
  }

  row(name: string, key: string): SagaRow | undefined {
    return this.#sagas.get(idOf(name, key))?.row;
  }

  early(name: string, key: string): readonly string[] {
    return (this.#sagas.get(idOf(name, key))?.steps ?? []).flatMap(({ json }) => json ?? []);
  }

  forgetEarly(name: string, key: string): void {
    const found = this.#sagas.get(idOf(name, key));
    if (found === undefined) return;
    const steps = found.steps.map((step) => ({ ...step, json: undefined }));
    this.#sagas.set(idOf(name, key), { row: found.row, steps });
  }

  save(saga: KeptSaga, step: SagaStep): void {
    const now = this.#now();
    const id = idOf(saga.name, saga.key);
    const before = this.#sagas.get(id);
    const endedAt = saga.status === 'ended' ? (before?.row.endedAt ?? now) : undefined;
    const row = { ...saga, createdAt: before?.row.createdAt ?? now, changedAt: now, endedAt };
    const isKept = ({ n, json }: SagaStepRow): boolean => n > saga.revision - keptSteps || json !== undefined;
    const steps = [...(before?.steps ?? []), { ...step, n: saga.revision, at: now }].filter(isKept);
    this.#sagas.set(id, { row, steps });
  }

  clean(before: number): void {
    for (const [id, { row }] of this.#sagas) {
      if (row.endedAt !== undefined && row.endedAt < before) this.#sagas.delete(id);
    }
  }
}

function idOf(name: string, key: string): string {
  return JSON.stringify([name, key]);
}
