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

/** A row of a stream. */
type StreamRow = readonly [seq: number, version: number, type: string, json: string | null, shape?: number | null];

/** The statements of the log within a transaction. */
export interface LogStatements {
  readonly turn: Statement;
  readonly load: Statement;
  readonly loadWithSnapshot: Statement;
  readonly append: Statement;
  readonly appendOne: Statement;
  readonly keepSnapshot: Statement;
  readonly forgetSnapshot: Statement;
  readonly erase: Statement;
}

/** @param giveUpOthers as {@link giveUpOthersSql} makes it. */
export function logStatements(schemaName: string, giveUpOthers: (written: string) => string): LogStatements {
  const schema = quoted(schemaName);
  const lockName = `anywise-stream:${schemaName}/`.replaceAll("'", "''");
  const columns = 'seq, version, type, envelope';
  return {
    turn: { text: `SELECT pg_advisory_xact_lock(hashtextextended('${lockName}' || $1, 0))` },
    load: inColumns(`
      SELECT ${columns} FROM ${schema}.anywise_event
      WHERE stream = $1 AND version > $2 ORDER BY version LIMIT $3`),
    loadWithSnapshot: inColumns(`
      WITH kept AS (
        SELECT version, shape, state FROM ${schema}.anywise_snapshot
        WHERE stream = $1 AND version > $2 AND shape = $4)
      (SELECT 0::bigint AS seq, version, '' AS type, state, shape FROM kept)
      UNION ALL
      (SELECT ${columns}, NULL FROM ${schema}.anywise_event
       WHERE stream = $1 AND version > coalesce((SELECT version FROM kept), $2) ORDER BY version LIMIT $3)
      ORDER BY version`),
    append: prepared(appendSql(schemaName, giveUpOthers('$3'), severalEvents)),
    appendOne: prepared(appendSql(schemaName, giveUpOthers('$3'), oneEvent)),
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

function inColumns(text: string): Statement {
  return { ...prepared(text), rowMode: 'array' };
}

/**
 * A version that is not the next one becomes NULL, which the column refuses; one that another takes at the same time is
 * refused by its index. So the transaction fails, and no answer has to be waited for before `COMMIT` is sent.
 *
 * Read models are given up before positions are taken: what has a position by then is what their writers wrote.
 */
function appendSql(schemaName: string, giveUpOthers: string, events: string): string {
  const schema = quoted(schemaName);
  return `
    WITH ${giveUpOthers},
    turn AS MATERIALIZED (
      SELECT pg_advisory_xact_lock_shared(
        ${spaceSql(schemaName)}, ((${lastSql(schemaName)}) % ${lockRange})::integer)
      WHERE (SELECT count(*) FROM given_up) >= 0)
    INSERT INTO ${schema}.anywise_event (stream, version, type, envelope)
    SELECT $1,
      CASE WHEN $2 = coalesce((SELECT max(version) FROM ${schema}.anywise_event WHERE stream = $1), 0) THEN $2 + n END,
      type, text
    FROM turn, ${events} ORDER BY n`;
}

const severalEvents = `(
      SELECT type, ${textIn('$7')} AS text, n
      FROM unnest($4::text[], $5::integer[], $6::integer[]) WITH ORDINALITY AS given (type, start, size, n)
    ) AS event`;

/** Most messages append one, for which all of that would take longer than to insert it. */
const oneEvent = '(VALUES ($4::text, $5::text, 1)) AS event (type, text, n)';

/** Reads a part of a stream. */
export async function loadStream(
  session: Pick<Session, 'query'>,
  { turn, load, loadWithSnapshot }: LogStatements,
  stream: string,
  { shape, after = 0, limit, inTurn = false }: LoadOptions,
): Promise<LoadedStream> {
  const name = storable(stream);
  const waited = inTurn ? session.query(turn, name) : undefined;
  const read =
    shape === undefined
      ? session.query<StreamRow>(load, name, after, limit)
      : session.query<StreamRow>(loadWithSnapshot, name, after, limit, shape);
  const [{ rows }] = await Promise.all([read, waited]).catch((error: unknown) => {
    throw conflictOf(stream, error) ?? error;
  });
  const snapshot = snapshotIn(rows);
  const events = snapshot === undefined ? rows : rows.slice(1);
  return {
    snapshot,
    events: events.map(([position, version, type, json]) => {
      return { position, stream: name, version, type, json: json ?? undefined };
    }),
  };
}

/** The first row has a shape if it is a snapshot: its version is below those of the events. */
function snapshotIn([first]: readonly StreamRow[]): Snapshot | undefined {
  const [, version = 0, , state, shape] = first ?? [];
  return typeof shape === 'number' ? { version, shape, state: state ?? '' } : undefined;
}

/**
 * The statements that append, each not too large.
 *
 * @param written the names of the read models that the transaction writes itself.
 */
export function appendsOf(
  { append, appendOne, keepSnapshot }: LogStatements,
  { stream, expected, events, snapshot }: StreamAppend,
  written: readonly string[],
): readonly Insertion[] {
  const name = storable(stream);
  let version = expected;
  const insertions = batchesWithin(events, ({ json }) => Buffer.byteLength(json), limits.batchBytes).map(
    (batch): Insertion => {
      const at = [name, version, written];
      version += batch.length;
      const [first] = batch;
      if (first !== undefined && batch.length === 1) return [appendOne, [...at, first.envelope.type, first.json]];
      const types = batch.map(({ envelope }) => envelope.type);
      return [append, [...at, types, ...textValues(batch.map(({ json }) => json))]];
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
