import type { DashboardSource } from '../source.js';
import type { Arrival } from './graph.js';

const sampled = 100;
const mostKept = 2_000;

/**
 * What arrived where, remembered from the samples that were taken while somebody looked. Handled messages are in no list that
 * an index answers, so the picture grows while it is open.
 */
export class Arrivals {
  readonly #kept = new Map<string, Arrival>();

  async look(sources: readonly DashboardSource[]): Promise<readonly Arrival[]> {
    await Promise.all(sources.map(async (source) => this.#sample(source)));
    return [...this.#kept.values()];
  }

  async #sample({ service, store: { view } }: DashboardSource): Promise<void> {
    if (view === undefined) return;
    for (const state of ['waiting', 'running', 'dead'] as const) {
      for (const { source, type, listener } of await view.inbox({ state }, { limit: sampled })) {
        if (this.#kept.size < mostKept) {
          this.#kept.set(JSON.stringify([service, source, type, listener]), { service, source, type, listener });
        }
      }
    }
  }
}
