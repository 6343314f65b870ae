// What every library dispatches: the same trivial work, so that the difference is the dispatch itself.

/** What ran, counted, so that each case can be checked before it is timed. */
export const ran = { handlers: 0, guards: 0, listeners: 0 };

export class Ping {
  /** @param {number} n */
  constructor(n) {
    this.n = n;
  }
}

export class Happened {
  /** @param {number} n */
  constructor(n) {
    this.n = n;
  }
}

/** @param {{ readonly n: number }} message */
export async function handle(message) {
  ran.handlers++;
  return message.n + 1;
}

/** A new function each time: some libraries take the same listener only once. */
export function listener() {
  return async (/** @type {{ readonly n: number }} */ event) => {
    if (event.n >= 0) ran.listeners++;
  };
}

/**
 * @template T
 * @param {(index: number) => T} make
 * @returns {T[]}
 */
export function ten(make) {
  return Array.from({ length: 10 }, (_, index) => make(index));
}

// The case `scoped`: a handler with two dependencies, one of which lives as long as the message.

export class Clock {
  now() {
    return 1;
  }
}

export class UnitOfWork {
  pending = 0;
}

export class ScopedHandler {
  /**
   * @param {UnitOfWork} unit
   * @param {Clock} clock
   */
  constructor(unit, clock) {
    this.unit = unit;
    this.clock = clock;
  }

  /** @param {{ readonly n: number }} message */
  async handle(message) {
    ran.handlers++;
    this.unit.pending++;
    return message.n + this.clock.now();
  }
}
