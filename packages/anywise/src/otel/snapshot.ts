import type { BusStatus } from '../core/ports/bus-status.js';
import type { InstrumentedBus } from '../core/ports/instrumentation.js';

/** How far each number is counted. */
export const countedTo = 10_000;
const freshMs = 1_000;

/** Reads what waits in the store of a bus, once a second at most, however many ask. */
export class Snapshot {
  readonly #bus: InstrumentedBus;
  #taken: Promise<BusStatus | undefined> | undefined;
  #takenAt = -Infinity;

  constructor(bus: InstrumentedBus) {
    this.#bus = bus;
  }

  /** `undefined` if there is no store, or it cannot be read now. */
  read(): Promise<BusStatus | undefined> {
    const now = performance.now();
    if (this.#taken !== undefined && now - this.#takenAt < freshMs) return this.#taken;
    this.#takenAt = now;
    // A gap in a chart says as much as an error, and the log has that.
    return (this.#taken = this.#bus.status(countedTo).catch(() => undefined));
  }
}
