import { limits } from '../core/message/limits.js';
import type { Claim, ClaimOptions } from '../core/ports/inbox.js';
import { countWithin } from '../kit/batches.js';
import { replayedFailures } from '../kit/failed-attempts.js';
import { keyOf } from '../kit/lanes.js';
import { readStored, type StoredText } from '../kit/stored.js';
import type { Connection } from './client.js';
import { now, storedEnvelope } from './sql.js';

const claimedColumns = `
  seq, listener, source, id, type, lane, ${storedEnvelope}, attempts, failures IS '${replayedFailures}' AS isReplayed`;

const claimSql = `
  UPDATE anywise_inbox
  SET state = 'running', at = ${now} + ?2, attempts = attempts + 1, is_alone = 0, lease = ?3, holder = ?4
  WHERE seq IN (SELECT value FROM json_each(?1))
  RETURNING ${claimedColumns}`;

/** The previous attempt counts only if nothing else was in hand. */
const claimSuspectSql = `
  UPDATE anywise_inbox
  SET at = ${now} + ?2, attempts = attempts + is_alone, is_alone = 0, lease = ?3, holder = ?4
  WHERE seq = ?1
  RETURNING ${claimedColumns}`;

interface ClaimedRow extends StoredText {
  readonly seq: number;
  readonly listener: string;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly lane: string;
  readonly attempts: number;
  readonly isReplayed: 0 | 1;
}

/** Claims the first of these messages, as far as one batch may be that large. */
export function take(
  connection: Connection,
  seqs: readonly number[],
  { leaseMs, holder }: ClaimOptions,
  lease: string,
): readonly Claim[] {
  const found = withinBatch(connection, seqs);
  const rows = connection.all<ClaimedRow>(claimSql, JSON.stringify(found), leaseMs, lease, holder);
  return rows.sort((a, b) => a.seq - b.seq).map((row) => claimOf(row, lease, false));
}

/** Claims a message whose last attempt ended with its process or its lease. */
export function takeSuspect(
  connection: Connection,
  seq: number,
  { leaseMs, holder }: ClaimOptions,
  lease: string,
): readonly Claim[] {
  const rows = connection.all<ClaimedRow>(claimSuspectSql, seq, leaseMs, lease, holder);
  return rows.map((row) => claimOf(row, lease, true));
}

function claimOf(row: ClaimedRow, lease: string, isSuspect: boolean): Claim {
  const { lane, text, bytes, attempts, isReplayed, ...message } = row;
  return {
    ...message,
    key: keyOf(lane),
    ...readStored({ text, bytes }),
    lease,
    attempt: attempts,
    isSuspect,
    isReplayed: isReplayed === 1,
  };
}

const bytesSql = `
  SELECT coalesce(octet_length(envelope), 0) AS bytes
  FROM json_each(?) AS wanted CROSS JOIN anywise_inbox ON seq = wanted.value ORDER BY wanted.key`;

const allBytesSql = `
  SELECT coalesce(sum(octet_length(envelope)), 0) AS bytes FROM anywise_inbox
  WHERE seq IN (SELECT value FROM json_each(?))`;

interface Sized {
  readonly bytes: number;
}

/** The first of these messages, as far as one batch may be that large. Nearly always that is all of them. */
function withinBatch(connection: Connection, seqs: readonly number[]): readonly number[] {
  const json = JSON.stringify(seqs);
  if ((connection.get<Sized>(allBytesSql, json)?.bytes ?? 0) <= limits.batchBytes) return seqs;
  const sizes = connection.all<Sized>(bytesSql, json);
  return seqs.slice(
    0,
    countWithin(sizes, ({ bytes }) => bytes, limits.batchBytes),
  );
}
