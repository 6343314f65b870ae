import type { BoundedCount } from '../../core/ports/bounded-count.js';
import type { ProcessRow } from '../../core/ports/processes.js';
import type { Store } from '../../core/ports/store.js';
import { isAlive } from '../../kit/process-health.js';

/** How many processes are looked at. */
export const mostProcesses = 100;

/** A process, and how it is seen now. */
export interface KnownProcess extends ProcessRow {
  readonly isAlive: boolean;
  /** How long ago it last said that it runs, and for how long it had run by then, in milliseconds. */
  readonly seenMs: number;
  readonly ranMs: number;
}

/** The processes of a store, those seen last first; none if it keeps no record of them. */
export async function knownProcesses({ processes, view }: Store): Promise<readonly KnownProcess[]> {
  const rows = (await processes?.list(mostProcesses)) ?? [];
  // By the database's clock, as the rows are.
  const now = rows.length === 0 ? 0 : ((await view?.counts(1))?.at ?? Date.now());
  return rows.map((row) => ({
    ...row,
    isAlive: isAlive(row, now),
    seenMs: Math.max(0, now - row.seenAt),
    ranMs: Math.max(0, row.seenAt - row.startedAt),
  }));
}

/** What waits in the transport for a service, as its processes have said, and how long ago; `undefined` if none has. */
export function lagOf(
  known: readonly KnownProcess[],
): { readonly lag: BoundedCount; readonly seenMs: number } | undefined {
  // Each counts for the whole service, so the one that was seen last knows best.
  const last = known.find((process) => process.isAlive && process.lag !== undefined);
  return last?.lag && { lag: last.lag, seenMs: last.seenMs };
}
