import { limits } from '../core/message/limits.js';
import type { Shortcut, Shortened } from '../core/ports/outbox.js';
import type { Transport } from '../core/ports/transport.js';
import { prepared, type Database } from './database.js';
import { logLock } from './log.js';
import { admitSql, freeSql, oldestSql } from './sendable.js';
import { channelOf } from './signal.js';
import { now, quoted } from './sql.js';
import { PostgresTransport } from './transport.js';

/**
 * Locks the lease, so that it cannot change hands until the end of the transaction: `$1` holder, `$2` epoch. The statements
 * behind it see all that the holder before has done.
 */
function lockLeaseSql(schema: string): string {
  return `SELECT 1 FROM ${schema}.anywise_lease WHERE name = 'relay' AND holder = $1 AND epoch = $2 FOR SHARE`;
}

/**
 * Moves rows to the log. `$1` how many, `$2` how many of the oldest to examine, `$3` holder and `$4` epoch of the lease,
 * `$5` how many bytes the log takes, `$6` the lock under which it gives numbers, `$7` the channel of its readers.
 *
 * @param schema the quoted name.
 * @param log the quoted name of the log's schema.
 */
export function moveSql(schema: string, log: string): string {
  const outbox = `${schema}.anywise_outbox`;
  // What may go is found, and what is due later is known: nothing may become due in between.
  const then = '(SELECT ms FROM clock)';
  // Read once for each, which is why `typed` is materialized: to read a text as JSON costs as much as to move it.
  const eventType = `CASE WHEN envelope::json ->> 'kind' = 'event' THEN nullif(envelope::json ->> 'type', '') END`;
  return `
    WITH clock AS MATERIALIZED (SELECT ${now} AS ms),
    lease AS MATERIALIZED (
      SELECT 1 FROM ${schema}.anywise_lease WHERE name = 'relay' AND holder = $3 AND epoch = $4),
    oldest AS MATERIALIZED (${oldestSql(outbox)}),
    ${freeSql(outbox, 'SELECT * FROM oldest', then)},
    sized AS (SELECT *, octet_length(envelope) AS size, sum(octet_length(envelope)) OVER (ORDER BY seq) AS total FROM free),
    batch AS MATERIALIZED (SELECT * FROM sized WHERE total <= ${limits.batchBytes} OR total = size),
    typed AS MATERIALIZED (
      SELECT seq, lane, CASE WHEN size <= $5 AND attempts = 0 THEN ${eventType} END AS type FROM batch),
    plain AS MATERIALIZED (
      SELECT seq, type, bool_and(type IS NOT NULL) OVER (PARTITION BY lane ORDER BY seq) AS goes FROM typed),
    turn AS MATERIALIZED (
      SELECT pg_advisory_xact_lock(hashtextextended($6, 0))
      FROM lease WHERE EXISTS (SELECT FROM plain WHERE goes)),
    gone AS (
      DELETE FROM ${outbox} AS row USING turn, plain
      WHERE row.seq = plain.seq AND plain.goes
      RETURNING row.seq, row.envelope, plain.type),
    added AS (
      INSERT INTO ${log}.anywise_message (type, kind, envelope, published_at)
      SELECT type, 'event', envelope, ${now} FROM gone ORDER BY seq
      RETURNING 1)
    SELECT moved.count AS moved, (SELECT count(*) FROM lease) AS held,
      seen.free >= $1 OR seen.free > seen.batch AS "isMore",
      seen.batch > moved.count OR (seen.oldest >= $2 AND seen.free < $1) AS "hasLeft", seen.due - ${then} AS due,
      CASE WHEN moved.count > 0 THEN pg_notify($7, '') END AS told
    FROM (SELECT count(*) FROM added) AS moved, (
      SELECT (SELECT count(*) FROM oldest) AS oldest, (SELECT count(*) FROM free) AS free,
        (SELECT count(*) FROM batch) AS batch,
        least((SELECT min(due_at) FROM oldest WHERE due_at > ${then}), (
          SELECT due_at FROM ${outbox} WHERE state = 'scheduled' ORDER BY due_at LIMIT 1)) AS due) AS seen`;
}

interface Moved extends Omit<Shortened, 'nextDueInMs'> {
  /** Whether the relay still had its lease: 1 or 0. */
  readonly held: number;
  /** In how many milliseconds the next one is due, if any waits for its time. */
  readonly due: number | null;
}

/** The way from the outbox of a store to a transport; `undefined` unless its log is in the same database. */
export function shortcutTo(transport: Transport, database: Database, schema: string): Shortcut | undefined {
  const log = transport instanceof PostgresTransport ? transport.log : undefined;
  if (log?.place !== database.place) return undefined;
  const lockLease = prepared(lockLeaseSql(schema));
  const admit = prepared(admitSql(`${schema}.anywise_outbox`));
  const move = prepared(moveSql(schema, quoted(log.schema)));
  const to = [log.maxMessageBytes, logLock(log.schema), channelOf('transport', log.schema)];
  return async ({ holder, epoch }, limit) => {
    const { rows } = await database.lastByIndex<Moved>(
      [
        [lockLease, [holder, epoch]],
        [admit, [limit]],
      ],
      [move, [limit, 2 * limit, holder, epoch, ...to]],
    );
    const [row] = rows;
    if (row === undefined || row.held === 0) return undefined;
    const { moved, isMore, hasLeft, due } = row;
    return { moved, isMore, hasLeft, nextDueInMs: due === null ? null : Math.max(0, due) };
  };
}
