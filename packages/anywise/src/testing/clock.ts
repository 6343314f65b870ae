import type { Clock } from '../memory/store.js';

/** A clock that stands still until it is told to go on. */
export interface FakeClock extends Clock {
  /** Moves it on, and wakes what waits for a time, such as a retry. */
  advance(ms: number): void;
  watch(moved: () => void): () => void;
}

/** Makes a clock for `memoryStore({ clock })`: delayed retries come when the test says so. */
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
