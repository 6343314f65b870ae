import type { Connection } from './client.js';
import { beforeAllLanes, lanesAtOnce, lanesInOneSearch, windowFor } from './lanes.js';
import { now } from './sql.js';

/** Only the oldest unfinished message of each lane may be claimed, so that order is preserved under concurrent claims. */
const isHead = `
  NOT EXISTS (
    SELECT 1 FROM anywise_inbox AS earlier INDEXED BY anywise_inbox_lanes
    WHERE earlier.listener = head.listener AND earlier.lane = head.lane AND earlier.seq < head.seq
      AND earlier.state IN ('ready', 'running', 'parked'))`;

const suspectSql = `
  SELECT seq FROM anywise_inbox AS head INDEXED BY anywise_inbox_running
  WHERE state = 'running' AND at <= ${now} AND listener IN (SELECT value FROM json_each(?)) AND ${isHead}
  ORDER BY at LIMIT 1`;

/**
 * Due retries come first, then the oldest of the others: neither kind waits for all of the other. The indexes are named
 * because the planner would otherwise walk a listener's whole history.
 */
const dueSql = `
  SELECT seq, listener FROM (
    SELECT * FROM (
      SELECT seq, listener, lane FROM anywise_inbox INDEXED BY anywise_inbox_ready
      WHERE state = 'ready' AND at > 0 AND at <= ${now} ORDER BY at LIMIT ?3)
    UNION ALL
    SELECT * FROM (
      SELECT seq, listener, lane FROM anywise_inbox INDEXED BY anywise_inbox_ready
      WHERE state = 'ready' AND at = 0 ORDER BY seq LIMIT ?3)
  ) AS head
  WHERE listener IN (SELECT value FROM json_each(?1)) AND ${isHead}
  LIMIT ?2`;

const moreSql = `
  SELECT 1 FROM anywise_inbox INDEXED BY anywise_inbox_ready WHERE state = 'ready' AND at <= ${now} LIMIT 1 OFFSET ?`;

/** Jumps from one lane of a listener to the next, and returns the head of each. */
const headsSql = `
  WITH RECURSIVE one (lane) AS (
    SELECT min(lane) FROM anywise_inbox INDEXED BY anywise_inbox_lanes
    WHERE listener = ?1 AND lane > ?2 AND state IN ('ready', 'running', 'parked')
    UNION ALL
    SELECT (
      SELECT min(next.lane) FROM anywise_inbox AS next INDEXED BY anywise_inbox_lanes
      WHERE next.listener = ?1 AND next.lane > one.lane AND next.state IN ('ready', 'running', 'parked'))
    FROM one WHERE lane IS NOT NULL LIMIT ${lanesAtOnce})
  SELECT one.lane, head.seq, head.state = 'ready' AND head.at <= ${now} AS due
  FROM one CROSS JOIN anywise_inbox AS head ON head.seq = (
    SELECT min(seq) FROM anywise_inbox INDEXED BY anywise_inbox_lanes
    WHERE listener = ?1 AND lane = one.lane AND state IN ('ready', 'running', 'parked'))`;

interface Due {
  readonly seq: number;
  readonly listener: string;
}

interface Head {
  readonly lane: string;
  readonly seq: number;
  readonly due: number;
}

/** Where the walk from lane to lane continues. */
interface Position {
  readonly listener: string;
  readonly after: string;
}

const beginning: Position = { listener: '', after: beforeAllLanes };

/** Finds the messages that may be claimed, at a cost that does not grow with their number. */
export class Claimable {
  #position = beginning;

  any(connection: Connection, listeners: ReadonlyMap<string, number>): boolean {
    const position = this.#position;
    const isAny = this.find(connection, listeners, 1).length > 0;
    // The following claim must not walk past the messages seen here.
    if (isAny) this.#position = position;
    return isAny;
  }

  /** The number of the due message whose last attempt ended without an outcome first. */
  findSuspect(connection: Connection, listeners: readonly string[]): number | undefined {
    const names = unblocked(connection, listeners);
    return connection.get<{ seq: number }>(suspectSql, JSON.stringify(names))?.seq;
  }

  /**
   * The numbers of up to `limit` messages of these listeners, suspects left out.
   *
   * @param listeners the limit of each.
   */
  find(connection: Connection, listeners: ReadonlyMap<string, number>, limit: number): readonly number[] {
    const names = unblocked(connection, [...listeners.keys()]);
    if (names.length === 0) return [];
    const window = windowFor(limit);
    const oldest = connection.all<Due>(dueSql, JSON.stringify(names), limit, window);
    const choice = new Choice(listeners, limit);
    for (const { seq, listener } of oldest) choice.add(seq, listener);
    const isMore = oldest.length < limit && connection.get(moreSql, window) !== undefined;
    if (isMore) this.#walk(connection, names, choice);
    return choice.chosen;
  }

  #walk(connection: Connection, names: readonly string[], choice: Choice): void {
    let lanesLeft = lanesInOneSearch;
    for (const { listener, seq, due } of this.#headsFromHere(connection, names)) {
      if (due === 1) choice.add(seq, listener);
      if (choice.isFull || --lanesLeft === 0) return;
    }
    this.#position = beginning;
  }

  /** Walks all lanes of all listeners in a circle. The next walk continues where this one stops. */
  *#headsFromHere(connection: Connection, names: readonly string[]): Iterable<Head & Due> {
    for (const start of this.#round(names)) {
      this.#position = start;
      let heads: readonly Head[];
      do {
        heads = connection.all<Head>(headsSql, start.listener, this.#position.after);
        for (const head of heads) {
          this.#position = { listener: start.listener, after: head.lane };
          yield { ...head, listener: start.listener };
        }
      } while (heads.length === lanesAtOnce);
    }
  }

  /** Every listener once, from where the last walk ended; the listener in which it ended is also walked from its start. */
  #round(names: readonly string[]): readonly Position[] {
    const first = names.indexOf(this.#position.listener);
    const whole = (listener: string): Position => ({ listener, after: beforeAllLanes });
    if (first === -1) return names.map(whole);
    return [this.#position, ...names.slice(first + 1).map(whole), ...names.slice(0, first + 1).map(whole)];
  }
}

/** Selects messages one by one, within the limit of each listener. */
class Choice {
  readonly #left: Map<string, number>;
  readonly #limit: number;
  readonly #seqs = new Set<number>();

  constructor(listeners: ReadonlyMap<string, number>, limit: number) {
    this.#left = new Map(listeners);
    this.#limit = limit;
  }

  get chosen(): readonly number[] {
    return [...this.#seqs];
  }

  get isFull(): boolean {
    return this.#seqs.size >= this.#limit;
  }

  add(seq: number, listener: string): void {
    const left = this.#left.get(listener) ?? 0;
    if (left === 0 || this.isFull || this.#seqs.has(seq)) return;
    this.#left.set(listener, left - 1);
    this.#seqs.add(seq);
  }
}

/** The listeners that no dead letter blocks. */
export function unblocked(connection: Connection, listeners: readonly string[]): readonly string[] {
  const sql = `SELECT DISTINCT listener FROM anywise_inbox INDEXED BY anywise_inbox_blocking WHERE state = 'blocking'`;
  const blocked = new Set(connection.all<{ listener: string }>(sql).map(({ listener }) => listener));
  return listeners.filter((listener) => !blocked.has(listener));
}
