import { startTimer } from '../core/time/timers.js';
import type { Key } from './key.js';
import { onAbort } from './on-abort.js';

export interface PlacesOptions {
  /** How many places each key has. */
  readonly atOnce: number;
  /** How many may wait for one. */
  readonly waiting: number;
  /** How long each may wait, in milliseconds. */
  readonly waitMs: number;
}

/** Releases a place. Only the first call counts. */
export type Leave = () => void;

/** A number of places for each key, with a queue for them. */
export interface Places {
  /**
   * Takes a place, at once or in turn; `undefined` if the queue is too long, or the wait was. Rejects with the signal's
   * reason once it is aborted.
   */
  take(key: Key, signal: AbortSignal): Promise<Leave | undefined>;
  /** How many keys have a taken place. */
  readonly size: number;
}

interface Room {
  taken: number;
  /** Hands a place on to the first in the queue. */
  readonly line: Set<() => void>;
}

/** A key is forgotten as soon as none of its places is taken. */
export function createPlaces({ atOnce, waiting, waitMs }: PlacesOptions): Places {
  const rooms = new Map<Key, Room>();

  const leave = (key: Key, room: Room): void => {
    const [first] = room.line;
    if (first === undefined) room.taken--;
    else first();
    if (room.taken === 0) rooms.delete(key);
  };

  return {
    async take(key, signal) {
      signal.throwIfAborted();
      const room = rooms.get(key) ?? { taken: 0, line: new Set() };
      if (room.taken < atOnce) {
        room.taken++;
        rooms.set(key, room);
      } else if (room.line.size >= waiting || !(await isHanded(room.line, waitMs, signal))) return undefined;
      return onlyOnce(() => leave(key, room));
    },
    get size() {
      return rooms.size;
    },
  };
}

/** Waits in the queue: `true` with a place, `false` without one when time is up. Rejects once the signal is aborted. */
function isHanded(line: Set<() => void>, waitMs: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      line.delete(enter);
      clearTimeout(timer);
      stop();
    };
    const enter = (): void => {
      end();
      resolve(true);
    };
    const timer = startTimer(() => {
      end();
      resolve(false);
    }, waitMs);
    const stop = onAbort(signal, () => {
      end();
      reject(signal.reason as Error);
    });
    line.add(enter);
  });
}

function onlyOnce(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    run();
  };
}
