import type { InboxStatus, ListenerStatus } from '../core/ports/inbox.js';
import { boundedCount } from './bounded-count.js';

/** What a store finds of one listener: each number exactly, or one above the limit. */
export interface ListenerCounts {
  readonly listener: string;
  readonly waiting: number;
  readonly running: number;
  readonly dead: number;
  /** The age of the oldest waiting message, in milliseconds; 0 if there is none. */
  readonly oldestMs: number;
}

/** The status of an inbox, summed over the listeners that have messages. */
export function inboxStatusOf(listeners: readonly ListenerCounts[], limit: number): InboxStatus {
  const sum = (count: 'waiting' | 'running' | 'dead'): number =>
    listeners.reduce((total, listener) => total + listener[count], 0);
  return {
    ...bounded({ waiting: sum('waiting'), running: sum('running'), dead: sum('dead') }, limit),
    oldestMs: Math.max(0, ...listeners.map(({ oldestMs }) => oldestMs)),
    listeners: listeners.map(({ listener, oldestMs, ...counts }) => ({
      listener,
      ...bounded(counts, limit),
      oldestMs,
    })),
  };
}

function bounded(
  { waiting, running, dead }: Pick<ListenerCounts, 'waiting' | 'running' | 'dead'>,
  limit: number,
): Pick<ListenerStatus, 'waiting' | 'running' | 'dead'> {
  return {
    waiting: boundedCount(waiting, limit),
    running: boundedCount(running, limit),
    dead: boundedCount(dead, limit),
  };
}
