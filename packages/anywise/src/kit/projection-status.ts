import { envelopeIn } from '../core/message/envelope.js';
import type { EventLog } from '../core/ports/event-log.js';
import type { ProjectionRow } from '../core/ports/projections.js';
import type { LogStatus, ProjectionStatus } from '../core/ports/bus-status.js';
import type { Store } from '../core/ports/store.js';

/** How far each generation of the read models of a store is behind; empty for a store that keeps none. */
export async function projectionStatus({ log, projections }: Store): Promise<readonly ProjectionStatus[]> {
  if (log === undefined || projections === undefined) return [];
  const rows = await projections.list();
  const last = rows.length === 0 ? 0 : await log.last();
  return Promise.all(rows.map((row) => statusOf(row, last, log)));
}

/** How far the log of a store is; `undefined` for a store that keeps none. */
export async function logStatus({ log }: Store): Promise<LogStatus | undefined> {
  if (log === undefined) return undefined;
  const [position, heldUpMs] = await Promise.all([log.last(), log.heldUpMs()]);
  return { position, heldUpMs };
}

async function statusOf(row: ProjectionRow, last: number, log: EventLog): Promise<ProjectionStatus> {
  const { name, version, generation, state, position, lastError: error, failedAt } = row;
  const { parked, skipped } = row;
  const isFollowing = state === 'building' || state === 'live';
  const behind = isFollowing ? Math.max(0, last - position) : 0;
  const oldestMs = behind === 0 ? 0 : await ageAfter(position, log);
  return {
    ...{ name, version, generation, state, position, behind, oldestMs, parked, skipped },
    ...(error !== undefined && { error }),
    ...(failedAt !== undefined && { failedAt }),
  };
}

/** How old the next event is, in milliseconds; 0 if it was erased, or is not committed yet. */
async function ageAfter(position: number, log: EventLog): Promise<number> {
  const [next] = (await log.feed(position, { limit: 1 })).events;
  const time = next?.json === undefined ? undefined : envelopeIn(next.json)?.time;
  const at = typeof time === 'string' ? Date.parse(time) : NaN;
  return Number.isNaN(at) ? 0 : Math.max(0, Date.now() - at);
}
