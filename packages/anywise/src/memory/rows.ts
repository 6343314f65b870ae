import { randomUUID } from 'node:crypto';
import type { Claim, InboxEntry, InboxStatus } from '../core/ports/inbox.js';
import type { FailedAttempt } from '../core/ports/dead-letters.js';
import type { DeadState } from '../kit/dead-state.js';
import { inboxStatusOf, type ListenerCounts } from '../kit/inbox-status.js';

/** The port has a diagram of the states. */
export interface Row extends Omit<InboxEntry, 'error'> {
  readonly seq: number;
  readonly receivedAt: number;
  state: 'ready' | 'running' | 'handled' | DeadState;
  json: string;
  /** The envelope as it arrived, if it has been edited. */
  original: string | undefined;
  /** When a ready message is due, a running one's lease ends, or one was handled or died. */
  at: number;
  attempts: number;
  /** Whether it is the only message in hand in its process. */
  isAlone: boolean;
  lease: string | undefined;
  error: string | undefined;
  failures: readonly FailedAttempt[];
  /** Whether it was replayed, and no attempt since then has counted. */
  isReplayed: boolean;
}

/** The oldest of these with a key is the head of that key. */
const inLine: ReadonlySet<Row['state']> = new Set(['ready', 'running', 'parked']);

/** The oldest unfinished row of each key, and every unfinished row without one. */
export function headsOf(rows: readonly Row[]): readonly Row[] {
  const keys = new Set<string>();
  return rows.filter(({ state, listener, key }) => {
    if (!inLine.has(state)) return false;
    if (key === undefined) return true;
    const held = JSON.stringify([listener, key]);
    if (keys.has(held)) return false;
    keys.add(held);
    return true;
  });
}

/** Heads, and behind each the rows of its key that may be claimed with it, the oldest first. */
export function withFollowing(heads: readonly Row[], rows: readonly Row[], now: number): readonly Row[] {
  const open = new Map(heads.filter(({ attempts }) => attempts === 0).map((row) => [laneOf(row), row]));
  const chosen = new Set(heads);
  for (const row of rows) {
    const head = row.key === undefined ? undefined : open.get(laneOf(row));
    if (head === undefined || !inLine.has(row.state) || row.seq <= head.seq) continue;
    if (row.state === 'ready' && row.at <= now && row.attempts === 0) chosen.add(row);
    else open.delete(laneOf(row));
  }
  return [...chosen].sort((a, b) => a.seq - b.seq);
}

function laneOf({ listener, key, seq }: Row): string {
  return JSON.stringify([listener, key ?? seq]);
}

/** Claims a row. The last attempt of a suspect counts only if it ran alone. */
export function take(row: Row, until: number): Claim {
  const isSuspect = row.state === 'running';
  const isCounted = !isSuspect || row.isAlone;
  const attempts = row.attempts + (isCounted ? 1 : 0);
  const lease = randomUUID();
  Object.assign(row, { state: 'running', at: until, attempts, lease, isAlone: false });
  const { seq, listener, source, id, type, key, json, isReplayed } = row;
  return {
    seq,
    listener,
    source,
    id,
    type,
    key,
    json,
    lease,
    attempt: attempts,
    isSuspect,
    ...(isReplayed && { isReplayed }),
  };
}

/** Counts the inbox, in total and for each listener that has messages. */
export function statusOf(rows: Iterable<Row>, now: number, limit: number): InboxStatus {
  const open = [...rows].filter(({ state }) => state !== 'handled');
  const names = [...new Set(open.map(({ listener }) => listener))].sort();
  const rowsOf = (name: string): readonly Row[] => open.filter(({ listener }) => listener === name);
  return inboxStatusOf(
    names.map((name) => ({ listener: name, ...countOf(rowsOf(name), now) })),
    limit,
  );
}

function countOf(rows: readonly Row[], now: number): Omit<ListenerCounts, 'listener'> {
  const waiting = rows.filter(({ state }) => state === 'ready');
  const running = rows.filter(({ state }) => state === 'running');
  return {
    waiting: waiting.length,
    running: running.length,
    dead: rows.length - waiting.length - running.length,
    oldestMs: waiting[0] === undefined ? 0 : now - waiting[0].receivedAt,
  };
}
