import { createHash } from 'node:crypto';
import { limits } from '../core/message/limits.js';
import { prepared } from './database.js';
import type { Statement } from './session.js';
import { now } from './sql.js';
import { textIn } from './texts.js';

/** After how long without a sign of life a responder no longer counts. */
export const responderMs = 15_000;
/** For how long what a responder has just said is believed, although its connection seems to be gone: it may have another. */
const believedMs = 1_000;
/** How many requests and answers are read at once. */
export const mostAtOnce = 500;

/** The statements of a transport for requests and their answers. */
export interface RequestStatements {
  readonly ask: Statement;
  readonly forget: Statement;
  readonly takeOrphans: Statement;
  readonly cancel: Statement;
  readonly takeAnswers: Statement;
  readonly beat: Statement;
  readonly leave: Statement;
  readonly claim: Statement;
  readonly claimOrphans: Statement;
  readonly answer: Statement;
  readonly trim: Statement;
}

/** @param schema the quoted name. */
export function requestStatements(schema: string): RequestStatements {
  const ask = `${schema}.anywise_ask`;
  const answer = `${schema}.anywise_answer`;
  const responder = `${schema}.anywise_responder`;
  const epoch = `${schema}.anywise_request_epoch`;
  const isAlive = `seen_at > ${now} - ${responderMs}`;
  const isMissed = `
    holder_pid IS NOT NULL AND seen_at < ${now} - ${believedMs}
    AND NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = holder_pid)`;
  const connection = `holder || ' ' || holder_pid`;
  const isGone = `${connection} = ANY ($2::text[]) AND ${isMissed}`;
  return {
    // Only requests that somebody can answer are added. A row for each type says who that is.
    ask: prepared(`
      WITH asked AS MATERIALIZED (
        SELECT n, ticket, type, channel, lifetime, ${textIn('$7')} AS envelope
        FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::integer[], $6::integer[]) WITH ORDINALITY
          AS asked (ticket, type, channel, lifetime, start, size, n)),
      known AS MATERIALIZED (
        SELECT type, array_agg(holder) AS holders FROM ${responder} WHERE type = ANY ($2) AND ${isAlive} GROUP BY type),
      added AS (
        INSERT INTO ${ask} (ticket, type, reply_to, envelope, expires_at)
        SELECT ticket, type, $8, envelope, ${now} + lifetime FROM asked JOIN known USING (type) ORDER BY n
        RETURNING type),
      told AS (
        SELECT pg_notify(channel, '') FROM (SELECT DISTINCT channel FROM asked JOIN known USING (type)) AS channels)
      SELECT type, holders, (SELECT id FROM ${epoch}) AS epoch, (SELECT count(*) FROM told) AS told FROM known`),
    // Gives the requests that no instance has taken.
    forget: {
      text: `
        WITH gone AS (DELETE FROM ${responder} WHERE holder = ANY ($1::text[]))
        DELETE FROM ${ask} WHERE ticket = ANY ($2::text[]) RETURNING ticket`,
    },
    // Of those of one asking side. The server knows at once when a connection has ended: `$2` are those of responders that
    // have made no other meanwhile. One row at least, which says what connections are missed now.
    takeOrphans: prepared(`
      WITH gone AS (DELETE FROM ${responder} WHERE ${isGone}),
      alive AS MATERIALIZED (
        SELECT type FROM ${responder} WHERE ${isAlive} AND NOT (${isGone})),
      orphans AS (
        DELETE FROM ${ask} WHERE reply_to = $1 AND type NOT IN (SELECT type FROM alive) RETURNING ticket, type)
      SELECT missed.connections AS missed, ticket, type
      FROM (SELECT array_agg(DISTINCT ${connection}) AS connections FROM ${responder} WHERE ${isMissed}) AS missed
      LEFT JOIN orphans ON TRUE`),
    cancel: prepared(`
      WITH gone AS (DELETE FROM ${ask} WHERE ticket = ANY ($1::text[]) RETURNING ticket)
      SELECT pg_notify(channel, ticket) FROM unnest($1::text[], $2::text[]) AS given (ticket, channel)
      WHERE ticket NOT IN (SELECT ticket FROM gone)`),
    // One row at least, which says the epoch.
    takeAnswers: prepared(`
      WITH next AS (
        SELECT ticket, octet_length(envelope) AS bytes FROM ${answer} WHERE reply_to = $1 ORDER BY ticket LIMIT ${mostAtOnce}),
      taken AS (
        DELETE FROM ${answer} WHERE reply_to = $1 AND ticket = ANY (ARRAY(${withinBatch('ticket')}))
        RETURNING ticket, envelope)
      SELECT (SELECT id FROM ${epoch}) AS epoch, ticket, envelope FROM (SELECT 1) AS always LEFT JOIN taken ON TRUE`),
    beat: prepared(`
      WITH begun AS (INSERT INTO ${epoch} (one, id) VALUES (1, $3) ON CONFLICT DO NOTHING)
      INSERT INTO ${responder} (type, holder, seen_at, holder_pid)
      SELECT type, $2, ${now}, $4 FROM unnest($1::text[]) AS given (type)
      ON CONFLICT (type, holder) DO UPDATE SET seen_at = excluded.seen_at, holder_pid = excluded.holder_pid`),
    leave: { text: `DELETE FROM ${responder} WHERE holder = $1` },
    claim: prepared(claimSql(ask, `LIMIT least($2::integer, ${mostAtOnce})`)),
    // Of types that no instance answers any more.
    claimOrphans: {
      text: claimSql(ask, `LIMIT ${mostAtOnce}`, `AND type NOT IN (SELECT type FROM ${responder} WHERE ${isAlive})`),
    },
    // An answer may be stored a second time, if it is not known whether the first attempt succeeded.
    answer: prepared(`
      WITH added AS (
        INSERT INTO ${answer} (reply_to, ticket, envelope, expires_at)
        SELECT reply_to, ticket, ${textIn('$6')}, ${now} + lifetime
        FROM unnest($1::text[], $2::text[], $3::bigint[], $4::integer[], $5::integer[])
          AS given (reply_to, ticket, lifetime, start, size)
        ON CONFLICT DO NOTHING
        RETURNING reply_to)
      SELECT pg_notify('${answerPrefix}' || reply_to, '') FROM (SELECT DISTINCT reply_to FROM added) AS askers`),
    trim: {
      text: `
        WITH asks AS (DELETE FROM ${ask} WHERE expires_at < ${now}),
        answers AS (DELETE FROM ${answer} WHERE expires_at < ${now})
        DELETE FROM ${responder} WHERE NOT ${isAlive}`,
    },
  };
}

function claimSql(ask: string, limit: string, condition = ''): string {
  return `
    WITH next AS MATERIALIZED (
      SELECT seq, octet_length(envelope) AS bytes FROM ${ask}
      WHERE type = ANY ($1::text[]) AND expires_at > ${now} ${condition}
      ORDER BY seq ${limit} FOR UPDATE SKIP LOCKED)
    DELETE FROM ${ask} WHERE seq = ANY (ARRAY(${withinBatch('seq')}))
    RETURNING seq, ticket, reply_to, envelope, expires_at - ${now} AS lifetime`;
}

/** The first rows of `next` whose texts are small enough together; one in any case. */
function withinBatch(key: string): string {
  return `
    SELECT ${key} FROM (SELECT ${key}, bytes, sum(bytes) OVER (ORDER BY ${key}) AS total FROM next) AS added
    WHERE total <= ${limits.batchBytes} OR total = bytes`;
}

const answerPrefix = 'anywise_answer_';

/** The channel on which one asking side hears of its answers. */
export function answerChannel(replyTo: string): string {
  return `${answerPrefix}${replyTo}`;
}

/** The channel on which the responders of a type hear of requests, and of those that were given up. */
export function askChannel(schema: string, type: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([schema, type]))
    .digest('hex');
  return `anywise_ask_${hash.slice(0, 40)}`;
}
