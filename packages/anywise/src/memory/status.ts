import type { InboxStatus, ListenerStatus } from '../core/ports/inbox.js';
import type { Row } from './inbox.js';

/** Counts the inbox, in all and for each listener that has any. */
export function statusOf(rows: Iterable<Row>, now: number): InboxStatus {
  const open = [...rows].filter(({ state }) => state !== 'handled');
  const names = [...new Set(open.map(({ listener }) => listener))].sort();
  const ofListener = (name: string): ListenerStatus => {
    return {
      listener: name,
      ...countOf(
        open.filter(({ listener }) => listener === name),
        now,
      ),
    };
  };
  return { ...countOf(open, now), listeners: names.map(ofListener) };
}

function countOf(rows: readonly Row[], now: number): Omit<InboxStatus, 'listeners'> {
  const waiting = rows.filter(({ state }) => state === 'ready');
  const running = rows.filter(({ state }) => state === 'running');
  return {
    waiting: waiting.length,
    running: running.length,
    dead: rows.length - waiting.length - running.length,
    oldestMs: waiting[0] === undefined ? 0 : now - waiting[0].receivedAt,
  };
}
