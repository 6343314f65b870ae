import type { Claim, ClaimOptions, InboxEntry } from '../core/ports/inbox.js';
import type { SqlValue } from '../core/ports/sql.js';
import { laneOf } from '../kit/lanes.js';
import type { Connection } from './client.js';
import type { Writer } from './writer.js';

/** What was handled before sources were kept, and so is known by its id alone. */
const isKnownSql = 'SELECT 1 FROM anywise_inbox_before WHERE listener = ?1 AND id = ?2';

const insertSql = `
  INSERT OR IGNORE INTO anywise_inbox
    (listener, id, source, type, lane, envelope, correlation, causation, last_error, state, at, received_at)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12 WHERE NOT EXISTS (${isKnownSql})`;

export function insertEntries(connection: Connection, entries: readonly InboxEntry[], writer: Writer): void {
  for (const entry of entries) insertEntry(connection, entry, writer.nowMs);
}

/** `false` if it was already known. */
export function insertEntry(connection: Connection, entry: InboxEntry, atMs: number): boolean {
  const { error = null } = entry;
  const [state, dueMs] = error === null ? ['ready', 0] : ['dead', atMs];
  return connection.run(insertSql, ...contentOf(entry), error, state, dueMs, atMs) === 1;
}

/** The values of `?1` to `?8` of the statements that insert. */
function contentOf({ listener, source, id, type, key, json, correlationId, causationId }: InboxEntry): SqlValue[] {
  return [listener, id, source, type, laneOf(key, id, source), json, correlationId ?? null, causationId ?? null];
}

/** Adds a message as a claimed one if it is new, and the first of its lane unless `?13`; otherwise does nothing. */
const insertClaimedSql = `
  INSERT OR IGNORE INTO anywise_inbox
    (listener, id, source, type, lane, envelope, correlation, causation, state, at, attempts, lease, holder, received_at)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'running', ?9 + ?10, 1, ?11, ?12, ?9
  WHERE (?13 OR NOT EXISTS (
    SELECT 1 FROM anywise_inbox INDEXED BY anywise_inbox_lanes
    WHERE listener = ?1 AND lane = ?5 AND state IN ('ready', 'running', 'parked')))
  AND NOT EXISTS (${isKnownSql})`;

export interface InsertClaimedOptions extends Pick<ClaimOptions, 'leaseMs' | 'holder'> {
  readonly lease: string;
  readonly atMs: number;
  /** Whether what comes before it in its lane is claimed with it. */
  readonly follows: boolean;
}

/** The claim, or `undefined` if it did nothing. */
export function insertClaimed(
  connection: Connection,
  entry: InboxEntry,
  { leaseMs, holder, lease, atMs, follows }: InsertClaimedOptions,
): Claim | undefined {
  const { listener, source, id, type, key, json, envelope } = entry;
  const values = [...contentOf(entry), atMs, leaseMs, lease, holder, follows ? 1 : 0];
  const seq = connection.insert(insertClaimedSql, ...values);
  return seq === undefined ? undefined : { seq, listener, source, id, type, key, json, envelope, lease, attempt: 1 };
}
