import type { BoundedCount } from '../core/ports/bounded-count.js';
import type { BusStatus } from '../core/ports/bus-status.js';
import type { InstrumentedBus } from '../core/ports/instrumentation.js';

/** How far each number is counted. */
export const countedTo = 10_000;
const freshMs = 1_000;

/** What waits for a bus: in its store, and in its transport. */
export interface Waiting {
  readonly status: BusStatus | undefined;
  readonly lag: BoundedCount | undefined;
}

/** Reads what waits for a bus, once a second at most, however many ask; what a dashboard has just counted is read again. */
export class Snapshot {
  readonly #bus: InstrumentedBus;
  #taken: Promise<Waiting> | undefined;
  #takenAt = -Infinity;

  constructor(bus: InstrumentedBus) {
    this.#bus = bus;
  }

  read(): Promise<Waiting> {
    const now = performance.now();
    if (this.#taken !== undefined && now - this.#takenAt < freshMs) return this.#taken;
    this.#takenAt = now;
    return (this.#taken = this.#take());
  }

  /** A gap in a chart says as much as an error, and the log has that. */
  async #take(): Promise<Waiting> {
    const [status, lag] = await Promise.all([
      this.#bus.status(countedTo, freshMs).catch(() => undefined),
      this.#bus.lag(countedTo).catch(() => undefined),
    ]);
    return { status, lag };
  }
}
