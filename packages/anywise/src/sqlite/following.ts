import type { Connection } from './client.js';
import { now } from './sql.js';

/** Goes on in a lane, at most so far, until a message is not due or was tried before. */
const followingSql = `
  SELECT seq FROM (
    SELECT later.seq, sum(later.state <> 'ready' OR later.at > ${now} OR later.attempts > 0) OVER (ORDER BY later.seq) AS stops
    FROM (
      SELECT next.seq, next.state, next.at, next.attempts
      FROM anywise_inbox AS head CROSS JOIN anywise_inbox AS next INDEXED BY anywise_inbox_lanes
      WHERE head.seq = ?1 AND head.attempts = 0 AND next.listener = head.listener AND next.lane = head.lane
        AND next.seq > head.seq AND next.state IN ('ready', 'running', 'parked')
      ORDER BY next.seq LIMIT ?2) AS later)
  WHERE stops = 0 ORDER BY seq`;

/** The numbers of these messages and, behind each, of those of its key that may be claimed with it: the oldest, up to `limit`. */
export function withFollowing(connection: Connection, heads: readonly number[], limit: number): readonly number[] {
  const each = Math.ceil((limit - heads.length) / Math.max(1, heads.length));
  if (each <= 0) return heads;
  const following = heads.flatMap((head) => connection.all<{ seq: number }>(followingSql, head, each));
  return [...heads, ...following.map(({ seq }) => seq)].sort((a, b) => a - b).slice(0, limit);
}
