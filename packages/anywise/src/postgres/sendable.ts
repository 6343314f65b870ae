import { limits } from '../core/message/limits.js';
import type { StoredText } from '../kit/stored.js';
import { prepared, type Database } from './database.js';
import { beforeAllLanes } from './lanes.js';
import type { Statement } from './session.js';
import { now, storedEnvelope } from './sql.js';

export interface SendableRow extends StoredText {
  readonly seq: number;
  readonly lane: string;
  readonly attempts: number;
}

/** The rows that may be sent, and when it is worth looking again for others although nothing is committed until then. */
interface Found {
  readonly rows: readonly SendableRow[];
  readonly nextDueInMs: number | undefined;
}

/** What a search saw of the oldest rows. */
interface Page {
  /** Whether there are more, and not enough of these may leave. */
  readonly full: boolean;
  readonly next: number | null;
}

/** The result of a search: rows that may leave, or one without a number, each with what the search saw. */
type Look<Seen> = Seen & (SendableRow | { readonly seq: null });

/** How many lanes are examined at once if the oldest rows are not enough. */
const lanesAtOnce = 512;

/** Finds the rows that may be sent, at a cost that does not grow with their number. */
export class Sendable {
  readonly #database: Database;
  readonly #find: Statement;
  readonly #findHidden: Statement;
  /** Where the next search through the lanes continues, so that it reaches every lane. */
  #searchedTo = beforeAllLanes;

  /** @param schema the quoted name. */
  constructor(database: Database, schema: string) {
    this.#database = database;
    this.#find = prepared(admitAndFindSql(schema));
    this.#findHidden = prepared(findHiddenSql(schema));
  }

  /** Admits due scheduled rows, and returns up to `limit` rows, in order. */
  async find(limit: number): Promise<Found> {
    const values = [limit, 2 * limit];
    const { rows } = await this.#database.queryByIndex<Look<Page>>(this.#find, ...values);
    const free: SendableRow[] = rows.filter((row) => row.seq !== null);
    if (free.length < limit && rows[0]?.full === true) free.push(...(await this.#lookBehind(free, limit)));
    const next = rows[0]?.next ?? undefined;
    return {
      rows: free.slice(0, limit).sort((a, b) => a.seq - b.seq),
      nextDueInMs: next === undefined ? undefined : Math.max(0, next),
    };
  }

  /** Rows behind the oldest ones, which may all wait for a few blocked keys; each lane in order. */
  async #lookBehind(known: readonly SendableRow[], limit: number): Promise<readonly SendableRow[]> {
    const values = [limit, this.#searchedTo, lanesAtOnce];
    const { rows } = await this.#database.queryByIndex<Look<{ readonly reached: string | null }>>(
      this.#findHidden,
      ...values,
    );
    this.#searchedTo = rows[0]?.reached ?? beforeAllLanes;
    const seen = new Set(known.map(({ seq }) => seq));
    return rows.filter((row): row is Extract<typeof row, SendableRow> => row.seq !== null && !seen.has(row.seq));
  }
}

/** Admits due scheduled rows, except those that a transaction is about to cancel: `$1` how many. */
export function admitSql(outbox: string): string {
  return `
    UPDATE ${outbox} SET state = 'waiting', created_at = due_at, due_at = 0
    WHERE seq IN (
      SELECT seq FROM ${outbox} WHERE state = 'scheduled' AND due_at <= ${now}
      ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)`;
}

/** The `oldest` waiting rows: `$2` how many. */
export function oldestSql(outbox: string): string {
  return `SELECT seq, lane, envelope, attempts, due_at FROM ${outbox} WHERE state = 'waiting' ORDER BY seq LIMIT $2`;
}

/** Those of some rows that may leave, as `free`: `$1` how many. A row waits behind an older one of its lane that waits or is parked. */
export function freeSql(outbox: string, rows: string, then = now): string {
  return `
    seen AS (
      SELECT *, bool_or(due_at > ${then}) OVER (PARTITION BY lane ORDER BY seq) AS waits FROM (${rows}) AS row),
    free AS (
      SELECT seq, lane, envelope, attempts FROM seen
      WHERE NOT waits AND (
        SELECT 1 FROM ${outbox} AS parked
        WHERE parked.lane = seen.lane AND parked.state = 'parked' AND parked.seq < seen.seq LIMIT 1) IS NULL
      ORDER BY seq LIMIT $1)`;
}

/**
 * Admits due scheduled rows, and returns the oldest rows that may leave. `$1` how many, `$2` how many of the oldest to
 * examine. There is always a row: if none may leave, one without a number.
 */
export function admitAndFindSql(schema: string): string {
  const outbox = `${schema}.anywise_outbox`;
  // What may leave is found, and what is due later is known: nothing may become due in between.
  const then = '(SELECT ms FROM clock)';
  return `
    WITH clock AS MATERIALIZED (SELECT ${now} AS ms),
    admitted AS (${admitSql(outbox)} RETURNING seq, lane, envelope, attempts, due_at),
    oldest AS MATERIALIZED (${oldestSql(outbox)}),
    ${freeSql(outbox, 'SELECT * FROM oldest UNION ALL SELECT * FROM admitted', then)}
    SELECT page.*, sent.*
    FROM (
      SELECT count(*) >= $2 AND (SELECT count(*) FROM free) < $1 AS full,
        least(min(due_at) FILTER (WHERE due_at > ${then}), (
          SELECT due_at FROM ${outbox} WHERE state = 'scheduled' ORDER BY due_at LIMIT 1)) - ${then} AS next
      FROM oldest) AS page
    LEFT JOIN ${withinBatch('seq')} AS sent ON true ORDER BY sent.seq`;
}

/** The first rows of `free`, as far as one batch may be that large. */
function withinBatch(order: string): string {
  return `(
    SELECT seq, lane, ${storedEnvelope('sized')}, attempts
    FROM (SELECT *, octet_length(envelope) AS size, sum(octet_length(envelope)) OVER (ORDER BY ${order}) AS total FROM free)
      AS sized
    WHERE total <= ${limits.batchBytes} OR total = size)`;
}

/** How many rows of a lane behind the oldest ones leave at once. */
const rowsOfLane = 16;

/**
 * Finds rows that may leave, lane by lane with one index lookup each, for when the oldest rows wait for a few blocked keys.
 * `$1` how many, `$2` the lane after which to begin, `$3` how many lanes to examine. There is always a row.
 */
export function findHiddenSql(schema: string): string {
  const outbox = `${schema}.anywise_outbox`;
  const next = (after: string): string => `
    SELECT lane, state = 'waiting' AND due_at <= ${now} AS free FROM ${outbox}
    WHERE lane > ${after} AND state IN ('waiting', 'parked') ORDER BY lane, seq LIMIT 1`;
  return `
    WITH RECURSIVE lanes AS (
      (SELECT first.*, 1 AS n FROM (${next('$2')}) AS first)
      UNION ALL
      SELECT next.*, lanes.n + 1 FROM lanes CROSS JOIN LATERAL (${next('lanes.lane')}) AS next WHERE lanes.n < $3),
    free AS (
      SELECT row.* FROM lanes CROSS JOIN LATERAL (
        SELECT lane, seq, envelope, attempts, bool_or(state = 'parked' OR due_at > ${now}) OVER (ORDER BY seq) AS waits
        FROM (
          SELECT lane, seq, envelope, attempts, state, due_at FROM ${outbox}
          WHERE lane = lanes.lane AND state IN ('waiting', 'parked') ORDER BY seq LIMIT ${rowsOfLane}) AS first) AS row
      WHERE lanes.free AND NOT row.waits ORDER BY row.lane, row.seq LIMIT $1)
    SELECT walked.reached, sent.*
    FROM (SELECT CASE WHEN count(*) >= $3 THEN max(lane) END AS reached FROM lanes) AS walked
    LEFT JOIN ${withinBatch('lane, seq')} AS sent ON true ORDER BY sent.lane, sent.seq`;
}
