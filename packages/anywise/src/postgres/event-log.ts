import { AnywiseError } from '../core/errors/errors.js';
import { limits } from '../core/message/limits.js';
import { storable } from '../core/message/storable-text.js';
import {
  StreamConflictError,
  type EventLog,
  type FeedOptions,
  type FeedPage,
  type LoadedStream,
  type LoadOptions,
  type LoggedEvent,
  type Snapshot,
  type StreamAppend,
  type StreamsOptions,
} from '../core/ports/event-log.js';
import { batchesWithin } from '../kit/batches.js';
import { stateOf } from './client.js';
import { prepared, type Database } from './database.js';
import type { Insertion } from './insertions.js';
import type { Session, Statement } from './session.js';
import { quoted, withinBatch } from './sql.js';
import { textIn, textValues } from './texts.js';

interface Row extends Omit<LoggedEvent, 'position' | 'json'> {
  readonly seq: string;
  readonly json: string | null;
}

function eventOf({ seq, stream, version, type, json }: Row): LoggedEvent {
  return { position: Number(seq), stream, version, type, json: json ?? undefined };
}

/** The last number that was given, committed or not. */
function lastSql(schemaName: string): string {
  return `SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM ${quoted(schemaName)}.anywise_event_seq_seq`;
}

/** The first key of the advisory locks that appenders hold. */
export function spaceSql(schemaName: string): string {
  return `(hashtext('${`anywise-events:${schemaName}`.replaceAll("'", "''")}') & 2147483647)`;
}

/** Positions as the second key of a lock, which has 32 bits. */
const lockRange = 2_147_483_648;

/**
 * How the feed knows that nothing can still be committed before a position. Each appender holds a lock from before it takes
 * its numbers until its rows are visible; the lock says which numbers were given before. So the lowest of these locks, and
 * the last number, bound what is settled:
 *
 * ```text
 *   appender:  lock `last` ─▶ take numbers (all higher) ─▶ COMMIT ─▶ rows visible ─▶ unlock
 *   feed:      read `last` ─▶ read the locks ─▶ read rows up to the lowest of both
 * ```
 *
 * Each step of the feed needs its own snapshot, in this order: an appender that is not among the locks has ended, or will
 * take numbers above `last`. If its process dies, the server releases its lock at once.
 */
function feedStatements(schemaName: string): readonly [last: string, horizon: string, rows: string, end: string] {
  const last = `SELECT set_config('anywise.last', (${lastSql(schemaName)})::text, true)`;
  const horizon = `
    SELECT set_config('anywise.horizon', (
      SELECT least(last, min(last - ((last - objid::bigint) & ${lockRange - 1})))
      FROM (SELECT current_setting('anywise.last')::bigint AS last) AS given
      LEFT JOIN pg_locks ON locktype = 'advisory' AND classid::bigint = ${spaceSql(schemaName)} AND objsubid = 2
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      GROUP BY last)::text, true)`;
  const sized = `
    SELECT seq, stream, version, type, envelope AS json, coalesce(octet_length(envelope), 0) AS size
    FROM ${quoted(schemaName)}.anywise_event
    WHERE seq > $1 AND seq <= current_setting('anywise.horizon')::bigint ORDER BY seq LIMIT $2`;
  const rows = `SELECT seq, stream, version, type, json FROM ${withinBatch(sized)} AS page ORDER BY seq`;
  const end = `SELECT current_setting('anywise.horizon') AS horizon, current_setting('anywise.last') AS last`;
  return [last, horizon, rows, end];
}

/** How long ago the oldest of the appenders that hold a lock sent its statements. */
function heldUpSql(schemaName: string): string {
  return `
    SELECT (extract(epoch FROM clock_timestamp() - min(query_start)) * 1000)::float8 AS ms
    FROM pg_locks JOIN pg_stat_activity AS backend USING (pid)
    WHERE locktype = 'advisory' AND classid::bigint = ${spaceSql(schemaName)} AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
}

/** Jumps from one stream to the next, so that the length of a stream costs nothing. */
function streamsSql(schema: string): string {
  return `
    WITH RECURSIVE found (stream) AS (
      (SELECT stream FROM ${schema}.anywise_event
       WHERE stream > $1 AND stream >= $2 AND stream < $3 ORDER BY stream LIMIT 1)
      UNION ALL
      SELECT (
        SELECT stream FROM ${schema}.anywise_event AS later
        WHERE later.stream > found.stream AND later.stream < $3 ORDER BY stream LIMIT 1)
      FROM found WHERE found.stream IS NOT NULL)
    SELECT stream FROM found WHERE stream IS NOT NULL LIMIT $4`;
}

/** The committed events, as readers see them. */
export class PostgresEventLog implements EventLog {
  readonly #database: Database;
  readonly #feed: readonly Statement[];
  readonly #streams: Statement;
  readonly #last: Statement;
  readonly #heldUp: Statement;

  constructor(database: Database, schemaName: string) {
    this.#database = database;
    this.#feed = feedStatements(schemaName).map(prepared);
    this.#last = { text: `SELECT (${lastSql(schemaName)}) AS last` };
    this.#heldUp = { text: heldUpSql(schemaName) };
    this.#streams = { text: streamsSql(quoted(schemaName)) };
  }

  async feed(after: number, { limit, types }: FeedOptions): Promise<FeedPage> {
    const [last, horizon, rows, end] = this.#feed as [Statement, Statement, Statement, Statement];
    const results = await this.#database.readTogether([
      [last, []],
      [horizon, []],
      [rows, [after, limit]],
      [end, []],
    ]);
    const looked = (results[2]?.rows ?? []) as readonly Row[];
    const [settled] = (results[3]?.rows ?? []) as readonly { readonly horizon: string; readonly last: string }[];
    const upTo = Number(settled?.horizon ?? 0);
    const given = Number(settled?.last ?? 0);
    const position = Number(looked.at(-1)?.seq ?? Math.max(after, upTo));
    const events = types === undefined ? looked : looked.filter(({ type }) => types.includes(type));
    return { events: events.map(eventOf), position, isEnd: position >= upTo, isHeldUp: upTo < given };
  }

  async last(): Promise<number> {
    const { rows } = await this.#database.query<{ last: string }>(this.#last);
    return Number(rows[0]?.last ?? 0);
  }

  /** Appends are sent together with `COMMIT`, so the time of the last statement is that of the append. */
  async heldUpMs(): Promise<number> {
    const { rows } = await this.#database.query<{ ms: number | null }>(this.#heldUp);
    return Math.max(0, rows[0]?.ms ?? 0);
  }

  async streams(prefix: string, { after = '', limit }: StreamsOptions): Promise<readonly string[]> {
    const values = [storable(after), storable(prefix), afterAll(prefix), limit];
    const { rows } = await this.#database.queryByIndex<{ stream: string }>(this.#streams, ...values);
    return rows.map(({ stream }) => stream);
  }
}

/** Sorts behind every text that begins with `prefix`: no text of ours has this character. */
function afterAll(prefix: string): string {
  return `${storable(prefix)}\u{10ffff}`;
}

/** The statements of the log within a transaction. */
export interface LogStatements {
  readonly turn: Statement;
  readonly load: Statement;
  readonly loadWithSnapshot: Statement;
  readonly append: Statement;
  readonly keepSnapshot: Statement;
  readonly forgetSnapshot: Statement;
  readonly erase: Statement;
}

export function logStatements(schemaName: string): LogStatements {
  const schema = quoted(schemaName);
  const lockName = `anywise-stream:${schemaName}/`.replaceAll("'", "''");
  const columns = 'seq, stream, version, type, envelope AS json, NULL::integer AS shape';
  return {
    turn: { text: `SELECT pg_advisory_xact_lock(hashtextextended('${lockName}' || $1, 0))` },
    load: prepared(`
      SELECT ${columns} FROM ${schema}.anywise_event
      WHERE stream = $1 AND version > $2 ORDER BY version LIMIT $3`),
    loadWithSnapshot: prepared(`
      WITH kept AS (
        SELECT version, shape, state FROM ${schema}.anywise_snapshot
        WHERE stream = $1 AND version > $2 AND shape = $4)
      (SELECT 0::bigint AS seq, $1 AS stream, version, '' AS type, state AS json, shape FROM kept)
      UNION ALL
      (SELECT ${columns} FROM ${schema}.anywise_event
       WHERE stream = $1 AND version > coalesce((SELECT version FROM kept), $2) ORDER BY version LIMIT $3)
      ORDER BY version`),
    append: prepared(appendSql(schemaName)),
    // The lock makes an erasure wait, or this for the erasure: no state outlives its events.
    keepSnapshot: prepared(`
      WITH known AS MATERIALIZED (
        SELECT 1 FROM ${schema}.anywise_event
        WHERE stream = $1 AND version = $5 AND envelope IS NOT NULL FOR SHARE)
      INSERT INTO ${schema}.anywise_snapshot (stream, version, shape, state)
      SELECT $1, $2, $3, $4 WHERE $5 = 0 OR EXISTS (SELECT 1 FROM known)
      ON CONFLICT (stream) DO UPDATE SET version = $2, shape = $3, state = $4`),
    forgetSnapshot: { text: `DELETE FROM ${schema}.anywise_snapshot WHERE stream = $1` },
    erase: {
      text: `UPDATE ${schema}.anywise_event SET envelope = NULL WHERE stream = $1 AND envelope IS NOT NULL`,
    },
  };
}

/**
 * A version that is not the next one becomes NULL, which the column refuses; one that another takes at the same time is
 * refused by its index. So the transaction fails, and no answer has to be waited for before `COMMIT` is sent.
 */
function appendSql(schemaName: string): string {
  const schema = quoted(schemaName);
  return `
    WITH turn AS MATERIALIZED (
      SELECT pg_advisory_xact_lock_shared(
        ${spaceSql(schemaName)}, ((${lastSql(schemaName)}) % ${lockRange})::integer))
    INSERT INTO ${schema}.anywise_event (stream, version, type, envelope)
    SELECT $1,
      CASE WHEN $2 = coalesce((SELECT max(version) FROM ${schema}.anywise_event WHERE stream = $1), 0) THEN $2 + n END,
      type, ${textIn('$6')}
    FROM turn, unnest($3::text[], $4::integer[], $5::integer[]) WITH ORDINALITY AS event (type, start, size, n)
    ORDER BY n`;
}

/** Reads a part of a stream. */
export async function loadStream(
  session: Session,
  { turn, load, loadWithSnapshot }: LogStatements,
  stream: string,
  { shape, after = 0, limit, inTurn = false }: LoadOptions,
): Promise<LoadedStream> {
  const name = storable(stream);
  const waited = inTurn ? session.query(turn, name) : undefined;
  const read =
    shape === undefined
      ? session.query<LoadedRow>(load, name, after, limit)
      : session.query<LoadedRow>(loadWithSnapshot, name, after, limit, shape);
  const [{ rows }] = await Promise.all([read, waited]).catch((error: unknown) => {
    throw conflictOf(stream, error) ?? error;
  });
  const kept = rows.find((row) => row.shape !== null);
  return { snapshot: kept && snapshotOf(kept), events: rows.filter((row) => row.shape === null).map(eventOf) };
}

interface LoadedRow extends Row {
  /** `null` for an event. */
  readonly shape: number | null;
}

function snapshotOf({ version, shape, json }: LoadedRow): Snapshot {
  return { version, shape: shape ?? 0, state: json ?? '' };
}

/** The statements that append, each not too large. */
export function appendsOf({ append, keepSnapshot }: LogStatements, one: StreamAppend): readonly Insertion[] {
  const { stream, expected, events, snapshot } = one;
  const name = storable(stream);
  let version = expected;
  const insertions = batchesWithin(events, ({ json }) => Buffer.byteLength(json), limits.batchBytes).map(
    (batch): Insertion => {
      const types = batch.map(({ envelope }) => envelope.type);
      const values = [name, version, types, ...textValues(batch.map(({ json }) => json))];
      version += batch.length;
      return [append, values];
    },
  );
  if (snapshot === undefined) return insertions;
  return [...insertions, [keepSnapshot, [name, snapshot.version, snapshot.shape, snapshot.state, expected]]];
}

/** `NOT NULL`, a unique index, and a deadlock with another that appends to the same streams in another order. */
const conflictStates: ReadonlySet<string | undefined> = new Set(['23502', '23505', '40P01']);

/** The conflict that an error of one of these statements stands for. */
export function conflictOf(stream: string, cause: unknown): AnywiseError | undefined {
  return conflictStates.has(stateOf(cause)) ? new StreamConflictError(stream, { cause }) : undefined;
}
