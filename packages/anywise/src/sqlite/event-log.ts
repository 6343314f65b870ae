import { limits } from '../core/message/limits.js';
import type {
  EventLog,
  FeedOptions,
  FeedPage,
  LoadedStream,
  LoadOptions,
  LoggedEvent,
  Snapshot,
  StreamAppend,
  StreamsOptions,
} from '../core/ports/event-log.js';
import type { Connection, Connections } from './client.js';
import type { Database } from './database.js';

type Row = readonly [position: number, version: number, type: string, json: string | null];

/** A row of the feed. */
type FeedRow = readonly [stream: string, ...row: Row];

function eventOf(stream: string, [position, version, type, json]: Row): LoggedEvent {
  return { position, stream, version, type, json: json ?? undefined };
}

/** The first rows after a position that are no larger together than a batch, at least one. */
const feedSql = `
  SELECT stream, position, version, type, json FROM (
    SELECT *, sum(size) OVER (ORDER BY position) AS total FROM (
      SELECT seq AS position, stream, version, type, envelope AS json, coalesce(octet_length(envelope), 0) AS size
      FROM anywise_event WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?3))
  WHERE total <= ${limits.batchBytes} OR total = size ORDER BY position`;

/** Jumps from one stream to the next, so that the length of a stream costs nothing. */
const streamsSql = `
  WITH RECURSIVE found (stream) AS (
    SELECT min(stream) FROM anywise_event WHERE stream > ?1 AND stream >= ?2 AND stream < ?3
    UNION ALL
    SELECT (SELECT min(stream) FROM anywise_event WHERE stream > found.stream AND stream < ?3) FROM found
    WHERE found.stream IS NOT NULL
    LIMIT ?4)
  SELECT stream FROM found WHERE stream IS NOT NULL`;

/** The committed events, as readers see them. One writer at a time numbers them, so their order is that of the commits. */
export class SqliteEventLog implements EventLog {
  readonly #connections: Connections;

  constructor({ connections }: Database) {
    this.#connections = connections;
  }

  async feed(after: number, { limit, types }: FeedOptions): Promise<FeedPage> {
    const { reader } = this.#connections;
    const last = await this.last();
    const rows = reader.allColumns<FeedRow>(feedSql, after, last, limit);
    const looked = rows.map(([stream, ...row]) => eventOf(stream, row));
    const position = looked.at(-1)?.position ?? Math.max(after, last);
    const events = types === undefined ? looked : looked.filter(({ type }) => types.includes(type));
    return { events, position, isEnd: position >= last, isHeldUp: false };
  }

  async last(): Promise<number> {
    const sql = 'SELECT max(seq) AS seq FROM anywise_event';
    return this.#connections.reader.get<{ seq: number | null }>(sql)?.seq ?? 0;
  }

  /** What is not committed has no positions. */
  async heldUpMs(): Promise<number> {
    return 0;
  }

  async streams(prefix: string, { after = '', limit }: StreamsOptions): Promise<readonly string[]> {
    const rows = this.#connections.reader.all<{ stream: string }>(streamsSql, after, prefix, afterAll(prefix), limit);
    return rows.map(({ stream }) => stream);
  }
}

/** Sorts behind every text that begins with `prefix`: no text of ours has this character. */
function afterAll(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}

const loadSql = `
  SELECT seq, version, type, envelope FROM anywise_event
  WHERE stream = ? AND version > ? ORDER BY version LIMIT ?`;

const snapshotSql = 'SELECT version, shape, state FROM anywise_snapshot WHERE stream = ? AND shape = ? AND version > ?';

export function loadStream(connection: Connection, stream: string, options: LoadOptions): LoadedStream {
  const { shape, after = 0, limit } = options;
  const snapshot = shape === undefined ? undefined : connection.get<Snapshot>(snapshotSql, stream, shape, after);
  const rows = connection.allColumns<Row>(loadSql, stream, snapshot?.version ?? after, limit);
  return { snapshot, events: rows.map((row) => eventOf(stream, row)) };
}

export function versionOf(connection: Connection, stream: string): number {
  const sql = 'SELECT max(version) AS version FROM anywise_event WHERE stream = ?';
  return connection.get<{ version: number | null }>(sql, stream)?.version ?? 0;
}

const insertSql = 'INSERT INTO anywise_event (stream, version, type, envelope) VALUES (?, ?, ?, ?)';

const keepSnapshotSql = `
  INSERT INTO anywise_snapshot (stream, version, shape, state)
  SELECT ?1, ?2, ?3, ?4
  WHERE NOT EXISTS (SELECT 1 FROM anywise_event WHERE stream = ?1 AND version = ?5 AND envelope IS NULL)
  ON CONFLICT (stream) DO UPDATE SET version = ?2, shape = ?3, state = ?4`;

/** Appends to a stream that is at the expected version. */
export function insertEvents(connection: Connection, { stream, expected, events, snapshot }: StreamAppend): void {
  for (const [index, { envelope, json }] of events.entries()) {
    connection.run(insertSql, stream, expected + index + 1, envelope.type, json);
  }
  if (snapshot === undefined) return;
  connection.run(keepSnapshotSql, stream, snapshot.version, snapshot.shape, snapshot.state, expected);
}

export function eraseStream(connection: Connection, stream: string): number {
  connection.run('DELETE FROM anywise_snapshot WHERE stream = ?', stream);
  return connection.run('UPDATE anywise_event SET envelope = NULL WHERE stream = ? AND envelope IS NOT NULL', stream);
}
