import type { InboxStatus, ListenerStatus } from '../core/ports/inbox.js';

/** The status of an inbox, summed over the listeners that have messages. */
export function inboxStatusOf(listeners: readonly ListenerStatus[]): InboxStatus {
  const sum = (count: 'waiting' | 'running' | 'dead'): number =>
    listeners.reduce((total, listener) => total + listener[count], 0);
  return {
    waiting: sum('waiting'),
    running: sum('running'),
    dead: sum('dead'),
    oldestMs: Math.max(0, ...listeners.map(({ oldestMs }) => oldestMs)),
    listeners,
  };
}
