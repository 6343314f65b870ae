import type { Clock } from '../memory/store.js';

/** A clock that only moves when told to. */
export interface FakeClock extends Clock {
  /** Advances the clock, and wakes whatever waits for a time, such as a retry. */
  advance(ms: number): void;
  watch(moved: () => void): () => void;
}

/** Creates a clock for `memoryStore({ clock })`: delayed retries run when the test says so. */
export function fakeClock(startsAt = Date.UTC(2026, 0, 1)): FakeClock {
  const watchers = new Set<() => void>();
  let time = startsAt;
  return {
    now: () => time,
    advance: (ms) => {
      time += ms;
      for (const moved of watchers) moved();
    },
    watch: (moved) => {
      watchers.add(moved);
      return () => void watchers.delete(moved);
    },
  };
}
