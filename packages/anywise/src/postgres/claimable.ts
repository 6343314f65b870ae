import { isDeadHolder } from '../kit/lease-holder.js';
import type { InboxRef } from '../core/ports/dead-letters.js';
import type { ClaimOptions } from '../core/ports/inbox.js';
import { limits } from '../core/message/limits.js';
import { countWithin } from '../kit/batches.js';
import { searchAgainIn } from '../kit/next-due.js';
import { prepared, type Database } from './database.js';
import { beforeAllLanes } from './lanes.js';
import type { Statement } from './session.js';
import { now } from './sql.js';

/** A message that may be claimed, and its size, which is known without reading its text. */
interface Candidate extends InboxRef {
  readonly bytes: number;
}

/** The result of a search: a single suspect, or other messages. */
export interface Found {
  readonly refs: readonly InboxRef[];
  readonly isSuspect: boolean;
  /** When it is worth searching again although nothing is committed until then, in milliseconds. */
  readonly nextDueInMs: number | undefined;
}

/** The messages that may be claimed, and what the search saw. */
interface Seen {
  readonly listeners: readonly string[];
  readonly sources: readonly string[];
  readonly ids: readonly string[];
  readonly bytes: readonly number[];
  /** The due message whose last attempt ended without an outcome first. */
  readonly suspect: readonly [listener: string, source: string, id: string] | null;
  /** Listeners with more rows than the search looked at. */
  readonly full: readonly string[];
  /** The other holders that handle messages now. */
  readonly holders: readonly string[];
  /** When the first of those that are tried or handled is due again, in milliseconds. */
  readonly next: number | null;
}

interface HiddenRow {
  readonly listener: string;
  /** The last lane that was examined; `null` if there are no more. */
  readonly reached: string | null;
  readonly sources: readonly string[];
  readonly ids: readonly string[];
  readonly bytes: readonly number[];
}

/**
 * How many rows of each kind and listener are examined first. In a backlog each row that is looked at and not taken is read in
 * vain, and again by the next claim; where few of them are heads, the search behind them finds others.
 */
export function windowFor(limit: number): number {
  return Math.max(2 * limit, 32);
}

/** If those rows are not enough, how many lanes are examined at once, and how many times per search. */
const lanesAtOnce = 256;
const goes = 4;

/** Finds the messages that may be claimed, at a cost that does not grow with their number. */
export class Claimable {
  readonly #database: Database;
  readonly #find: Statement;
  readonly #findHidden: Statement;
  readonly #takeBack: Statement;
  /** Where the next search through the lanes of a listener continues, so that it reaches every lane. */
  readonly #searchedTo = new Map<string, string>();

  /** @param schema the quoted name. */
  constructor(database: Database, schema: string) {
    this.#database = database;
    this.#find = prepared(findCandidatesSql(schema));
    this.#findHidden = prepared(findHiddenSql(schema));
    this.#takeBack = {
      text: `UPDATE ${schema}.anywise_inbox SET at = 1, holder = NULL WHERE state = 'running' AND holder = ANY ($1)`,
    };
  }

  async find(options: Omit<ClaimOptions, 'leaseMs'>): Promise<Found> {
    let seen = await this.#look(options);
    const dead = seen.holders.filter(isDeadHolder);
    if (dead.length > 0) {
      await this.#database.queryByIndex(this.#takeBack, dead);
      seen = await this.#look(options);
    }
    const { suspect } = seen;
    const nextDueInMs = searchAgainIn(seen.next ?? undefined, seen.holders.length > 0);
    if (suspect !== null) {
      const [listener, source, id] = suspect;
      return { refs: [{ listener, source, id }], isSuspect: true, nextDueInMs };
    }
    const candidates = seen.listeners.map((listener, at) => candidateOf(listener, seen, at));
    const isEnough = candidates.length >= options.limit || seen.full.length === 0;
    const found = isEnough ? candidates : await this.#lookBehind(candidates, seen.full, options.limit);
    const chosen = atMost(options.listeners, found);
    const count = countWithin(chosen, ({ bytes }) => bytes, limits.batchBytes);
    return { refs: chosen.slice(0, count), isSuspect: false, nextDueInMs };
  }

  async #look({ listeners, limit, holder }: Omit<ClaimOptions, 'leaseMs'>): Promise<Seen> {
    const values = [[...listeners.keys()], limit, windowFor(limit), holder];
    const { rows } = await this.#database.queryByIndex<Seen>(this.#find, ...values);
    if (rows[0] === undefined) throw new Error('PostgreSQL did not return the requested row.');
    return rows[0];
  }

  /** Looks for heads behind those rows, which may all wait for a few blocked keys. */
  async #lookBehind(seen: readonly Candidate[], full: readonly string[], limit: number): Promise<readonly Candidate[]> {
    const found = new Map(seen.map(identified));
    for (let go = 0; go < goes && found.size < limit; go++) {
      const from = full.map((listener) => this.#searchedTo.get(listener) ?? beforeAllLanes);
      const values = [full, from, lanesAtOnce];
      const { rows } = await this.#database.queryByIndex<HiddenRow>(this.#findHidden, ...values);
      for (const { listener, reached, ...heads } of rows) {
        this.#searchedTo.set(listener, reached ?? beforeAllLanes);
        const candidates = heads.ids.map((_, at) => candidateOf(listener, heads, at));
        for (const candidate of candidates) if (found.size < limit) found.set(...identified(candidate));
      }
      const hasLookedAtAll = from.every((lane) => lane === beforeAllLanes) && rows.every((row) => row.reached === null);
      if (hasLookedAtAll) break;
    }
    return [...found.values()];
  }
}

const bytes = 'coalesce(octet_length(envelope), 0) AS bytes';

/** Keeps no more messages of each listener than it may have. */
function atMost(places: ReadonlyMap<string, number>, candidates: readonly Candidate[]): readonly Candidate[] {
  const left = new Map(places);
  return candidates.filter(({ listener }) => {
    const count = left.get(listener) ?? 0;
    left.set(listener, count - 1);
    return count > 0;
  });
}

function candidateOf(
  listener: string,
  { sources, ids, bytes }: Pick<Seen, 'sources' | 'ids' | 'bytes'>,
  at: number,
): Candidate {
  return { listener, source: String(sources[at]), id: String(ids[at]), bytes: Number(bytes[at]) };
}

function identified(candidate: Candidate): [string, Candidate] {
  const { listener, source, id } = candidate;
  return [JSON.stringify([listener, source, id]), candidate];
}

/**
 * Finds due messages that are the oldest unfinished ones of their lane: among the oldest fresh ones of each listener, and
 * among those that were tried before, in order of their due time. It reads a bounded number of rows, however many there are.
 *
 * `$1` listeners, `$2` limit, `$3` how many rows of each kind to look at, `$4` the own holder. Run it by index.
 */
export function findCandidatesSql(schema: string): string {
  const inbox = `${schema}.anywise_inbox`;
  // What is due is found, and what is due later is known: nothing may become due in between.
  const then = '(SELECT ms FROM clock)';
  return `
    WITH clock AS MATERIALIZED (SELECT ${now} AS ms),
    asked AS MATERIALIZED (
      SELECT listener FROM unnest($1::text[]) AS asked (listener)
      WHERE NOT EXISTS (
        SELECT FROM ${inbox} AS block WHERE block.listener = asked.listener AND block.state = 'blocking')),
    fresh AS MATERIALIZED (
      SELECT row.* FROM asked CROSS JOIN LATERAL (
        SELECT listener, source, id, lane, seq, ${bytes} FROM ${inbox}
        WHERE listener = asked.listener AND state = 'ready' AND at = 0 ORDER BY seq LIMIT $3) AS row),
    tried AS MATERIALIZED (
      SELECT row.* FROM asked CROSS JOIN LATERAL (
        SELECT listener, source, id, lane, seq, ${bytes} FROM ${inbox}
        WHERE listener = asked.listener AND state = 'ready' AND at > 0 AND at <= ${then}
        ORDER BY at LIMIT $3) AS row),
    suspect AS (
      SELECT running.listener, running.source, running.id FROM ${inbox} AS running
      WHERE running.state = 'running' AND running.at <= ${then}
        AND running.listener IN (SELECT listener FROM asked) AND ${isHead(schema, 'running')}
      ORDER BY running.at LIMIT 1),
    heads AS (
      SELECT DISTINCT ON (listener, lane) * FROM (SELECT * FROM fresh UNION ALL SELECT * FROM tried) AS row
      ORDER BY listener, lane, seq),
    due AS (
      SELECT * FROM heads WHERE ${isHead(schema, 'heads')} ORDER BY seq LIMIT $2)
    SELECT
      (SELECT ARRAY[listener, source, id] FROM suspect) AS suspect,
      ARRAY (SELECT listener FROM due ORDER BY seq) AS listeners,
      ARRAY (SELECT source FROM due ORDER BY seq) AS sources,
      ARRAY (SELECT id FROM due ORDER BY seq) AS ids,
      ARRAY (SELECT bytes FROM due ORDER BY seq) AS bytes,
      ARRAY (
        SELECT listener FROM fresh GROUP BY listener HAVING count(*) >= $3
        UNION SELECT listener FROM tried GROUP BY listener HAVING count(*) >= $3) AS full,
      ARRAY (SELECT DISTINCT holder FROM ${inbox} WHERE state = 'running' AND holder <> $4) AS holders,
      (SELECT min(later.at) - ${then} FROM asked CROSS JOIN LATERAL (
        SELECT at FROM ${inbox}
        WHERE listener = asked.listener AND state IN ('ready', 'running') AND at > 0 AND at > ${then}
        ORDER BY at LIMIT 1) AS later) AS next`;
}

/**
 * Finds heads that are due by going from lane to lane, each with one index lookup, so that a lane of a million rows costs as
 * much as one of a single row.
 *
 * `$1` listeners, `$2` the lane after which to begin for each, `$3` how many lanes to examine for each. Run it by index.
 */
export function findHiddenSql(schema: string): string {
  return `
    SELECT asked.listener, walked.reached, walked.sources, walked.ids, walked.bytes
    FROM unnest($1::text[], $2::text[]) AS asked (listener, start)
    CROSS JOIN LATERAL (
      WITH RECURSIVE lanes AS (
        (SELECT listener, source, id, lane, seq, state, at, ${bytes}, 1 AS n FROM ${schema}.anywise_inbox
         WHERE listener = asked.listener AND lane > asked.start AND state IN ('ready', 'running', 'parked')
         ORDER BY lane, seq LIMIT 1)
        UNION ALL
        SELECT next.*, lanes.n + 1 FROM lanes CROSS JOIN LATERAL (
          SELECT listener, source, id, lane, seq, state, at, ${bytes} FROM ${schema}.anywise_inbox
          WHERE listener = lanes.listener AND lane > lanes.lane AND state IN ('ready', 'running', 'parked')
          ORDER BY lane, seq LIMIT 1) AS next
        WHERE lanes.n < $3)
      SELECT
        CASE WHEN count(*) >= $3 THEN max(lane) END AS reached,
        coalesce(array_agg(source ORDER BY seq) FILTER (WHERE is_due), '{}') AS sources,
        coalesce(array_agg(id ORDER BY seq) FILTER (WHERE is_due), '{}') AS ids,
        coalesce(array_agg(bytes ORDER BY seq) FILTER (WHERE is_due), '{}') AS bytes
      FROM (
        SELECT *, state = 'ready' AND at <= ${now} AND ${noneRuns(schema, 'lanes')} AS is_due FROM lanes) AS lanes) AS walked`;
}

/** Whether a row is the oldest unfinished one of its lane, and no later one is being handled, as after a replay. */
function isHead(schema: string, row: string): string {
  // Written so that it can only be answered with one index lookup per row.
  return `
    ${row}.seq = (
      SELECT seq FROM ${schema}.anywise_inbox AS lane
      WHERE lane.listener = ${row}.listener AND lane.lane = ${row}.lane AND lane.state IN ('ready', 'running', 'parked')
      ORDER BY lane.seq LIMIT 1)
    AND ${noneRuns(schema, row)}`;
}

function noneRuns(schema: string, row: string): string {
  return `
    (SELECT 1 FROM ${schema}.anywise_inbox AS other
     WHERE other.listener = ${row}.listener AND other.lane = ${row}.lane AND other.state = 'running'
       AND other.at > ${now} LIMIT 1) IS NULL`;
}
