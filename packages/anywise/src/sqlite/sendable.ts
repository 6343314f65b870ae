import { limits } from '../core/message/limits.js';
import { countWithin } from '../kit/batches.js';
import type { StoredText } from '../kit/stored.js';
import type { Connection } from './client.js';
import { beforeAllLanes, lanesAtOnce, lanesInOneSearch, windowFor } from './lanes.js';
import { now, storedEnvelope } from './sql.js';

const sized = 'seq, octet_length(envelope) AS bytes';

const oldestSql = `
  SELECT seq, bytes FROM (
    SELECT ${sized}, lane, due_at FROM anywise_outbox INDEXED BY anywise_outbox_waiting WHERE state = 'waiting' ORDER BY seq LIMIT ?2) AS row
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
  SELECT ${sized} FROM anywise_outbox INDEXED BY anywise_outbox_lanes
  WHERE state = 'waiting' AND lane = ?1 AND seq < coalesce(
    (SELECT min(seq) FROM anywise_outbox INDEXED BY anywise_outbox_held
     WHERE lane = ?1 AND attempts > 0 AND (state = 'parked' OR due_at > ${now})), 9223372036854775807)
  ORDER BY seq LIMIT ?2`;

/** In the order in which they were found. */
const rowsSql = `
  SELECT seq, lane, ${storedEnvelope}, attempts
  FROM json_each(?) AS wanted CROSS JOIN anywise_outbox ON seq = wanted.value ORDER BY wanted.key`;

/** A row that was found, and its size, which is known without reading its text. */
interface Found {
  readonly seq: number;
  readonly bytes: number;
}

export interface SendableRow extends StoredText {
  readonly seq: number;
  readonly lane: string;
  readonly attempts: number;
}

/** Finds the rows that may be sent, at a cost that does not grow with their number. */
export class Sendable {
  /** How far the walk from lane to lane has got. */
  #after = beforeAllLanes;

  find(connection: Connection, limit: number): readonly SendableRow[] {
    const found = this.#find(connection, limit);
    if (found.length === 0) return [];
    const count = countWithin(found, ({ bytes }) => bytes, limits.batchBytes);
    const seqs = found.slice(0, count).map(({ seq }) => seq);
    return connection.all<SendableRow>(rowsSql, JSON.stringify(seqs));
  }

  #find(connection: Connection, limit: number): readonly Found[] {
    const window = windowFor(limit);
    const oldest = connection.all<Found>(oldestSql, limit, window);
    const isMore = oldest.length === 0 && connection.get(moreSql, window) !== undefined;
    return isMore ? this.#walk(connection, limit) : oldest;
  }

  #walk(connection: Connection, limit: number): readonly Found[] {
    const found = new Map<number, Found>();
    let lanesLeft = lanesInOneSearch;
    for (const lane of this.#lanesFromHere(connection)) {
      for (const row of connection.all<Found>(rowsOfLaneSql, lane, limit)) found.set(row.seq, row);
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
