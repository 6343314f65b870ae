import type { WorkspaceCode } from '@anywise/dev/code';
import type { Change } from './change.js';
import { compare } from './compare.js';
import { readLock, writeLock } from './file.js';
import { lockOf, withoutVersion, type AcceptedBreak, type Lock } from './lock.js';
import { reportOf, verdictOf } from './report.js';
import { snapshotOf, type Snapshot } from './snapshot.js';
import { untriedUpcasts } from './upcasts.js';

/** What a command says, and whether all is well. */
export interface Outcome {
  readonly text: string;
  readonly ok: boolean;
}

interface Compared {
  readonly lock: Lock;
  readonly now: Snapshot;
  readonly changes: readonly Change[];
}

/** Compares the code with the lock. Fails if anything has changed, breaking or not: the lock belongs to the change. */
export function check(file: string, code: WorkspaceCode): Outcome {
  const { lock, now, changes } = compared(file, code);
  const report = reportOf(changes, code.services);
  return {
    text: [report, ...remarks(lock, now), verdictOf(changes)].filter((line) => line !== '').join('\n'),
    ok: changes.length === 0,
  };
}

/**
 * Writes the lock.
 *
 * @param because why a change that breaks others is made all the same. Without one, such a change is refused.
 */
export function accept(file: string, code: WorkspaceCode, because?: string): Outcome {
  const { lock, now, changes } = compared(file, code);
  const reason = because?.trim() ?? '';
  const breaking = changes.filter(({ effect }) => effect === 'breaks');
  if (breaking.length > 0 && reason === '') {
    return { text: `${reportOf(breaking, code.services)}\n${verdictOf(changes)}`, ok: false };
  }
  const accepted = breaking.map((change): AcceptedBreak => ({
    what: change.what,
    changes: change.changes,
    because: reason,
  }));
  const written = breaking.reduce(
    (kept, { what, unreadable }) => (unreadable === undefined ? kept : withoutVersion(kept, what, unreadable)),
    lockOf(lock, now, accepted),
  );
  writeLock(file, written);
  const count = changes.length === 1 ? 'One change' : `${changes.length} changes`;
  return { text: changes.length === 0 ? verdictOf(changes) : `${count} accepted.`, ok: true };
}

function compared(file: string, { contracts, services }: WorkspaceCode): Compared {
  const lock = readLock(file);
  const now = snapshotOf(
    contracts,
    services.flatMap(({ definition }) => definition.routes),
  );
  const classes = new Map(contracts.flatMap(({ messages }) => [...messages]));
  return { lock, now, changes: compare(lock, now, classes) };
}

function remarks(lock: Lock, { unseen }: Snapshot): string[] {
  const untried = Object.entries(lock.messages).flatMap(([type, message]) => untriedUpcasts(type, message));
  return [...unseen, ...untried].map((what) => `? Not compared: ${what}`);
}
