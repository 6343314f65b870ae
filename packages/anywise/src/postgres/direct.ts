import type { Envelope } from '../core/message/envelope.js';
import { limits } from '../core/message/limits.js';
import type { Transport } from '../core/ports/transport.js';
import { prepared } from './database.js';
import type { Insertion } from './insertions.js';
import { logLock } from './log.js';
import { contentValues, written, type Written } from './outbox.js';
import { channelOf } from './signal.js';
import { now, quoted } from './sql.js';
import { textIn } from './texts.js';
import { PostgresTransport, type LogPlace } from './transport.js';
import type { Statement } from './session.js';

/** How long messages go through the outbox once the direct way has failed. */
const detourMs = 30_000;

/**
 * Adds messages to the log, or to the outbox: `$1` to `$7` are those of the outbox, `$8` the types, `$9` which may go to the log,
 * `$10` the lock under which it gives numbers, `$11` the channel of its readers.
 *
 * A message goes to the log if no other of its lane waits in the outbox. Nothing waits for the lock: while another publishes,
 * the outbox takes all.
 *
 * @param schema the quoted name.
 * @param log the quoted name of the log's schema.
 */
export function directSql(schema: string, log: string): string {
  const outbox = `${schema}.anywise_outbox`;
  return `
    WITH message AS MATERIALIZED (
      SELECT id, lane, ${textIn('$5')} AS envelope, correlation, causation, type, is_plain, n
      FROM unnest($1::text[], $2::text[], $3::integer[], $4::integer[], $6::text[], $7::text[], $8::text[], $9::boolean[])
        WITH ORDINALITY AS message (id, lane, start, size, correlation, causation, type, is_plain, n)),
    free AS MATERIALIZED (
      SELECT n FROM message
      WHERE is_plain AND (
        SELECT 1 FROM ${outbox} AS row
        WHERE row.lane = message.lane AND row.state IN ('waiting', 'parked') LIMIT 1) IS NULL),
    turn AS MATERIALIZED (
      SELECT FROM (SELECT pg_try_advisory_xact_lock(hashtextextended($10, 0)) AS got FROM free LIMIT 1) AS lock WHERE got),
    added AS (
      INSERT INTO ${log}.anywise_message (type, kind, envelope, published_at)
      SELECT type, 'event', envelope, ${now} FROM turn, message WHERE n IN (SELECT n FROM free) ORDER BY n
      RETURNING 1),
    kept AS (
      INSERT INTO ${outbox} (id, lane, envelope, correlation, causation, created_at)
      SELECT id, lane, envelope, correlation, causation, ${now}
      FROM message WHERE n NOT IN (SELECT n FROM turn, free) ORDER BY n
      ON CONFLICT (id) DO NOTHING
      RETURNING 1)
    SELECT (SELECT count(*) FROM kept) AS kept,
      CASE WHEN (SELECT count(*) FROM added) > 0 THEN pg_notify($11, '') END AS told`;
}

/** The values of {@link directSql}, except the lock and the channel. */
export function directValues(all: readonly Written[], plain: readonly boolean[]): readonly unknown[] {
  return [...contentValues(all), all.map(({ envelope }) => envelope.type), plain];
}

interface Way {
  readonly transport: PostgresTransport;
  readonly isOpen: () => boolean;
}

interface Log {
  readonly statement: Statement;
  readonly values: readonly unknown[];
}

/** The way of events that are published outside of transactions to a log in the same database. */
export class Direct {
  readonly #schema: string;
  #way: Way | undefined;
  #log: Log | undefined;
  #detourUntil = 0;

  /** @param schema the quoted name. */
  constructor(schema: string) {
    this.#schema = schema;
  }

  /** @param isOpen asked each time. */
  open(transport: Transport, isOpen: () => boolean): void {
    this.#log = undefined;
    this.#way = transport instanceof PostgresTransport ? { transport, isOpen } : undefined;
  }

  /**
   * What adds the messages, and gives the number `kept` in the outbox; `undefined` if there is no direct way now.
   *
   * @param place where the outbox is, as `host:port/database`.
   */
  insertion(outgoing: readonly Envelope[], place: string): Insertion | undefined {
    const way = this.#way;
    if (way === undefined || outgoing.length === 0 || !way.isOpen() || performance.now() < this.#detourUntil) return;
    // A transport that is closed has none.
    const { log } = way.transport;
    if (log?.place !== place || !outgoing.some(isEvent)) return;
    const all = outgoing.map(written);
    const plain = plainOf(all, log.maxMessageBytes);
    if (plain === undefined) return;
    const { statement, values } = (this.#log ??= logOf(log, this.#schema));
    return [statement, [...directValues(all, plain), ...values]];
  }

  failed(): void {
    this.#detourUntil = performance.now() + detourMs;
  }
}

function logOf({ schema: log }: LogPlace, schema: string): Log {
  return { statement: prepared(directSql(schema, quoted(log))), values: [logLock(log), channelOf('transport', log)] };
}

/**
 * Which of them are events that the log is sure to take, and have none before them with their key that is not; `undefined` if
 * none is, or if they are too many for one statement.
 */
function plainOf(all: readonly Written[], maxMessageBytes: number): readonly boolean[] | undefined {
  const held = new Set<string>();
  let total = 0;
  const plain = all.map(({ envelope, json, lane }) => {
    const bytes = Buffer.byteLength(json);
    total += bytes;
    const isPlain = isEvent(envelope) && bytes <= maxMessageBytes && !held.has(lane);
    if (!isPlain) held.add(lane);
    return isPlain;
  });
  return total <= limits.batchBytes && plain.includes(true) ? plain : undefined;
}

function isEvent({ kind }: Envelope): boolean {
  return kind === 'event';
}
