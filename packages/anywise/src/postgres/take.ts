import { replayedFailures } from '../kit/failed-attempts.js';
import { keyOf } from '../kit/lanes.js';
import { readStored, type StoredText } from '../kit/stored.js';
import type { InboxRef } from '../core/ports/dead-letters.js';
import type { Claim } from '../core/ports/inbox.js';
import { now, storedEnvelope } from './sql.js';

/**
 * Claims among a fixed set of candidates. A candidate that another process holds is skipped and not replaced, because the
 * replacement could be a later message with its key. Locked rows are checked again: they may have been handled in the
 * meantime.
 *
 * It is planned once, perhaps while the inbox is empty, and must not read more than the candidates when it is full: each is
 * looked up by its key, and changed by its place in the table. The state is hidden from the planner, which would take it as a
 * reason to go through one of the indexes of unfinished messages.
 */
export function takeSql(schema: string): string {
  return `
    WITH locked AS MATERIALIZED (
      SELECT found.* FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (listener, id, source)
      CROSS JOIN LATERAL (
        SELECT row.ctid AS place, row.state = 'running' AS is_suspect FROM ${schema}.anywise_inbox AS row
        WHERE row.listener = wanted.listener AND row.id = wanted.id AND row.source = wanted.source
          AND row.state || '' IN ('ready', 'running') AND row.at <= ${now}
        LIMIT 1 FOR UPDATE SKIP LOCKED) AS found)
    UPDATE ${schema}.anywise_inbox AS row
    SET state = 'running', at = ${now} + $4, lease = $5, holder = $6, is_alone = false,
      attempts = attempts + CASE WHEN locked.is_suspect AND NOT row.is_alone THEN 0 ELSE 1 END
    FROM locked WHERE row.ctid = locked.place
    RETURNING row.seq, row.listener, row.source, row.id, row.type, row.lane, ${storedEnvelope('row')}, row.attempts,
      locked.is_suspect AS "isSuspect", row.failures IS NOT DISTINCT FROM '${replayedFailures}' AS "isReplayed"`;
}

/**
 * The same, and behind each candidate that was not tried before the following messages of its lane, until one is not due or was
 * tried before: the oldest of all, `$7` messages or `$8` bytes. Of each lane it looks at no more than its share, so that the
 * rows that are read do not grow with the backlog.
 */
export function takeLineSql(schema: string): string {
  const inbox = `${schema}.anywise_inbox`;
  return `
    WITH heads AS MATERIALIZED (
      SELECT found.* FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (listener, id, source)
      CROSS JOIN LATERAL (
        SELECT row.ctid AS place, row.listener, row.lane, row.seq, row.attempts,
          coalesce(octet_length(row.envelope), 0) AS bytes
        FROM ${inbox} AS row
        WHERE row.listener = wanted.listener AND row.id = wanted.id AND row.source = wanted.source
          AND row.state || '' = 'ready' AND row.at <= ${now}
        LIMIT 1 FOR UPDATE SKIP LOCKED) AS found),
    line AS MATERIALIZED (
      SELECT place, seq, bytes, 1 AS nth FROM heads
      UNION ALL
      SELECT next.place, next.seq, next.bytes, next.nth + 1
      FROM heads CROSS JOIN LATERAL (
        SELECT later.*, row_number() OVER (ORDER BY seq)::integer AS nth, bool_and(is_free) OVER (ORDER BY seq) AS is_next
        FROM (
          SELECT row.ctid AS place, row.seq, coalesce(octet_length(row.envelope), 0) AS bytes,
            row.state = 'ready' AND row.at <= ${now} AND row.attempts = 0 AS is_free
          FROM ${inbox} AS row
          WHERE row.listener = heads.listener AND row.lane = heads.lane AND row.seq > heads.seq
            AND row.state IN ('ready', 'running', 'parked')
          ORDER BY row.seq
          LIMIT (SELECT ceil(($7::integer - count(*))::numeric / greatest(count(*), 1))::integer FROM heads)) AS later
        ) AS next
      WHERE heads.attempts = 0 AND next.is_next),
    chosen AS MATERIALIZED (
      SELECT place, nth FROM (
        SELECT *, row_number() OVER (ORDER BY seq) AS n, sum(bytes) OVER (ORDER BY seq) AS total FROM line) AS line
      WHERE n <= $7 AND (n = 1 OR total <= $8::bigint))
    UPDATE ${inbox} AS row
    SET state = 'running', at = ${now} + $4, lease = $5, holder = $6, is_alone = false, attempts = attempts + 1
    FROM chosen WHERE row.ctid = chosen.place
    RETURNING row.seq, row.listener, row.source, row.id, row.type, row.lane, ${storedEnvelope('row')}, row.attempts,
      false AS "isSuspect", row.failures IS NOT DISTINCT FROM '${replayedFailures}' AS "isReplayed", chosen.nth`;
}

export interface ClaimedRow extends InboxRef, StoredText {
  readonly seq: number;
  readonly type: string;
  readonly lane: string;
  readonly attempts: number;
  readonly isSuspect: boolean;
  readonly isReplayed: boolean;
}

export interface FollowingRow extends ClaimedRow {
  /** The place in the line behind the head of its lane, from 1 on. */
  readonly nth: number;
}

/** The claims of {@link takeSql}, the oldest first. */
export function claimsOf(rows: readonly ClaimedRow[], lease: string): readonly Claim[] {
  return bySeq(rows).map((row) => claimOf(row, lease));
}

/** The claims of {@link takeLineSql}: those that make one piece from the head of their lane on, and the others. */
export function lineOf(
  rows: readonly FollowingRow[],
  lease: string,
): { readonly whole: readonly Claim[]; readonly torn: readonly Claim[] } {
  const reached = new Map<string, number>();
  const torn: Claim[] = [];
  const whole = bySeq(rows).flatMap(({ nth, ...row }) => {
    const lane = JSON.stringify([row.listener, row.lane]);
    const claim = claimOf(row, lease);
    const isNext = nth === (reached.get(lane) ?? 0) + 1;
    if (isNext) reached.set(lane, nth);
    else torn.push(claim);
    return isNext ? [claim] : [];
  });
  return { whole, torn };
}

function bySeq<Row extends { readonly seq: number }>(rows: readonly Row[]): readonly Row[] {
  return [...rows].sort((a, b) => a.seq - b.seq);
}

function claimOf({ lane, text, bytes, attempts, ...message }: ClaimedRow, lease: string): Claim {
  return { ...message, key: keyOf(lane), ...readStored({ text, bytes }), lease, attempt: attempts };
}
