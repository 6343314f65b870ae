import type { DashboardSource } from '../source.js';
import { ratesBetween, type Rates } from './rates.js';
import { awayIn, readable, takeSnapshot, type Snapshot } from './snapshot.js';

/** How long one snapshot serves everyone who looks, at the least. */
const freshMs = 950;
/** The most that looking may take of a service's time: its store may answer in the same thread as its handlers. */
const mostOfTime = 0.02;
/** The longest pause: one look that something held up must not leave a page as it is for hours. */
const longestFreshMs = 60_000;
/** How far back rates look. */
const rateWindowMs = 10_000;

/** What was seen now, and how fast it moves. */
export interface Sight {
  readonly snapshot: Snapshot;
  /** How long it serves everyone who looks, in milliseconds. */
  readonly freshMs: number;
  /** By service; empty until there are two snapshots. */
  readonly rates: ReadonlyMap<string, Rates>;
}

/**
 * One snapshot for all who look: it is taken when somebody asks and the last one is old, so that a second reader costs the
 * stores nothing, and costs nothing at all while no page is open. The pause after it grows with what it took, and with what the
 * pages took that it refreshed, so that looking has the same small share of the time however much there is to see.
 */
export class Snapshots {
  readonly #sources: readonly DashboardSource[];
  readonly #now: () => number;
  #kept: Snapshot[] = [];
  #taking: Promise<Sight> | undefined;
  /** Grows with everything that is done: what was seen before is old then. */
  #epoch = 0;
  #isFresh = false;
  /** What the last snapshot took, and the pages that were refreshed since. */
  #spentMs = 0;

  constructor(sources: readonly DashboardSource[], now: () => number = Date.now) {
    this.#sources = sources;
    this.#now = now;
  }

  async look(): Promise<Sight> {
    const last = this.#kept.at(-1);
    const age = this.#now() - (last?.takenAt ?? -Infinity);
    // A clock that was set back must not keep an old one for hours.
    if (last !== undefined && this.#isFresh && age >= 0 && age < this.#freshMs) return this.#sight(last);
    return (this.#taking ??= this.#take(this.#epoch));
  }

  /** A page that refreshes itself took so long: what looks without being asked to has to be rare. */
  spend(ms: number): void {
    this.#spentMs += ms;
  }

  /** What was seen is no longer true: something was done. */
  forget(): void {
    this.#epoch++;
    this.#isFresh = false;
    this.#taking = undefined;
  }

  async #take(epoch: number): Promise<Sight> {
    const snapshot = await takeSnapshot(this.#sources, this.#now());
    this.#spentMs = this.#now() - snapshot.takenAt;
    // Something was done meanwhile: those who asked before see this one, and later ones do not.
    if (epoch !== this.#epoch) return this.#sight(snapshot);
    this.#isFresh = true;
    this.#taking = undefined;
    const from = snapshot.takenAt - Math.max(rateWindowMs, 2 * this.#freshMs);
    this.#kept = [...this.#kept.filter(({ takenAt }) => takenAt >= from && takenAt <= snapshot.takenAt), snapshot];
    return this.#sight(snapshot);
  }

  get #freshMs(): number {
    // To wait for a store that is away is no work, and whoever has brought it back looks at once.
    const last = this.#kept.at(-1);
    if (last !== undefined && awayIn(last).size > 0) return freshMs;
    return Math.min(longestFreshMs, Math.max(freshMs, this.#spentMs / mostOfTime));
  }

  #sight(snapshot: Snapshot): Sight {
    const [first] = this.#kept;
    const rates = new Map<string, Rates>();
    if (first === undefined || first === snapshot) return { snapshot, rates, freshMs: this.#freshMs };
    const before = new Map(readable(first).map((each) => [each.service, each.counts]));
    for (const { service, counts } of readable(snapshot)) {
      const old = before.get(service);
      const rate = old === undefined ? undefined : ratesBetween(old, counts);
      if (rate !== undefined) rates.set(service, rate);
    }
    return { snapshot, rates, freshMs: this.#freshMs };
  }
}
