import type { Connection } from './client.js';
import { beforeAllLanes, lanesAtOnce, lanesInOneSearch, windowFor } from './lanes.js';
import { now } from './sql.js';

const columns = 'seq, envelope, attempts';

const oldestSql = `
  SELECT ${columns} FROM (
    SELECT * FROM anywise_outbox INDEXED BY anywise_outbox_waiting WHERE state = 'waiting' ORDER BY seq LIMIT ?2) AS row
  WHERE due_at <= ${now}
    AND NOT EXISTS (
      SELECT 1 FROM anywise_outbox AS held INDEXED BY anywise_outbox_held
      WHERE held.lane = row.lane AND held.seq < row.seq AND held.attempts > 0
        AND (held.state = 'parked' OR held.due_at > ${now}))
  ORDER BY seq LIMIT ?1`;

const moreSql = `
  SELECT 1 FROM anywise_outbox INDEXED BY anywise_outbox_waiting WHERE state = 'waiting' LIMIT 1 OFFSET ?`;

/** Jumps from one lane to the next. For a blocked lane, no rows are found. */
const lanesSql = `
  WITH RECURSIVE one (lane) AS (
    SELECT min(lane) FROM anywise_outbox INDEXED BY anywise_outbox_lanes WHERE state = 'waiting' AND lane > ?
    UNION ALL
    SELECT (
      SELECT min(next.lane) FROM anywise_outbox AS next INDEXED BY anywise_outbox_lanes
      WHERE next.state = 'waiting' AND next.lane > one.lane)
    FROM one WHERE lane IS NOT NULL LIMIT ${lanesAtOnce})
  SELECT lane FROM one WHERE lane IS NOT NULL`;

/** The rows of one lane up to the first held one. */
const rowsOfLaneSql = `
  SELECT ${columns} FROM anywise_outbox INDEXED BY anywise_outbox_lanes
  WHERE state = 'waiting' AND lane = ?1 AND seq < coalesce(
    (SELECT min(seq) FROM anywise_outbox INDEXED BY anywise_outbox_held
     WHERE lane = ?1 AND attempts > 0 AND (state = 'parked' OR due_at > ${now})), 9223372036854775807)
  ORDER BY seq LIMIT ?2`;

export interface SendableRow {
  readonly seq: number;
  readonly envelope: string;
  readonly attempts: number;
}

/** Finds the rows that may be sent, at a cost that does not grow with their number. */
export class Sendable {
  /** How far the walk from lane to lane has got. */
  #after = beforeAllLanes;

  find(connection: Connection, limit: number): readonly SendableRow[] {
    const window = windowFor(limit);
    const oldest = connection.all<SendableRow>(oldestSql, limit, window);
    const isMore = oldest.length === 0 && connection.get(moreSql, window) !== undefined;
    return isMore ? this.#walk(connection, limit) : oldest;
  }

  #walk(connection: Connection, limit: number): readonly SendableRow[] {
    const found = new Map<number, SendableRow>();
    let lanesLeft = lanesInOneSearch;
    for (const lane of this.#lanesFromHere(connection)) {
      for (const row of connection.all<SendableRow>(rowsOfLaneSql, lane, limit)) found.set(row.seq, row);
      if (found.size >= limit || --lanesLeft === 0) return [...found.values()].slice(0, limit);
    }
    this.#after = beforeAllLanes;
    return [...found.values()];
  }

  /** Walks all lanes in a circle. The next walk continues where this one stops. */
  *#lanesFromHere(connection: Connection): Iterable<string> {
    const starts = new Set([this.#after, beforeAllLanes]);
    for (const start of starts) {
      this.#after = start;
      let lanes: readonly { readonly lane: string }[];
      do {
        lanes = connection.all<{ lane: string }>(lanesSql, this.#after);
        for (const { lane } of lanes) {
          this.#after = lane;
          yield lane;
        }
      } while (lanes.length === lanesAtOnce);
    }
  }
}
