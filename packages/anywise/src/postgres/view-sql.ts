import type { InboxState, OutboxState } from '../core/ports/store-view.js';
import { comparedCharacters, groupedLetters, leastGrouped } from '../kit/dead-groups.js';
import { searchedWaiting } from '../kit/view.js';
import { now, storedEnvelope } from './sql.js';

type Listed = Exclude<InboxState, 'handled'>;

/**
 * The statements of a view. Each reads by an index and up to a limit, so that it costs the same however much the store holds.
 * Pages take what follows `$1`, and up to `$2` rows. Run them by index.
 */
export interface ViewSql {
  /** Those of the listener `$3`. */
  readonly inboxOfListener: Readonly<Record<Listed, string>>;
  readonly inboxByState: Readonly<Record<Listed, string>>;
  /** Those of the lane `$4` of the listener `$3`. */
  readonly inboxLane: string;
  /** How many wait behind the dead head of each lane in the list `$1` of the listener `$2`, counted up to `$3`. */
  readonly behindHeads: string;
  /** Those with the id `$3`. */
  readonly inboxById: string;
  /** What is scheduled in the order in which it is due, behind the row `$1`. */
  readonly outboxByState: Readonly<Record<OutboxState, string>>;
  /** The one with the id `$3`. */
  readonly outboxById: string;
  /** Those whose numbers are in the list `$1`, in its order. */
  readonly outboxRows: string;
  /** The oldest and the latest of each listener, one more than its share on either side. */
  readonly deadLetters: string;
  /** The correlation id that `$1` is, or that the message with this id has. */
  readonly correlationOf: string;
  /** Those of the conversation `$1`, up to `$2`. */
  readonly inboxSeen: string;
  readonly outboxSeen: string;
  readonly lastSeq: string;
}

const inboxColumns = `
  seq, listener, source, id, type, lane, state, attempts, last_error AS error, received_at AS "receivedAt", at`;
const outboxColumns = `
  seq, id, lane, state, ${storedEnvelope('message')}, attempts, last_error AS error, created_at AS "createdAt",
  due_at AS "dueAt"`;
const links = 'correlation AS "correlationId", causation AS "causationId"';

/** The conditions of the indexes to the letter, each with an order that its index has after the listener. */
const listed: Readonly<Record<Listed, readonly string[]>> = {
  waiting: [`state = 'ready' AND at = 0`, `state = 'ready' AND at <> 0`],
  running: [`state = 'running'`],
  dead: [`state NOT IN ('ready', 'running', 'handled')`],
};

const isDead = `state IN ('dead', 'parked', 'blocking')`;
const isKept = `state IN ('scheduled', 'parked')`;

/** @param schema the quoted name. */
export function viewSql(schema: string): ViewSql {
  const inbox = `${schema}.anywise_inbox`;
  const outbox = `${schema}.anywise_outbox`;

  /** Jumps from one listener to the next, as rows of `named`. */
  const namedListeners = (states: readonly string[]): string => {
    const next = (after: string): string =>
      `least(${states
        .map((is) => `(SELECT listener FROM ${inbox} WHERE listener > ${after} AND ${is} ORDER BY listener LIMIT 1)`)
        .join(', ')})`;
    return `
      WITH RECURSIVE named (listener) AS (
        SELECT ${next(`''`)}
        UNION ALL
        SELECT ${next('named.listener')} FROM named WHERE named.listener IS NOT NULL)`;
  };
  const ofListener = (state: Listed, listener: string): string => {
    const parts = listed[state].map(
      (is) =>
        `(SELECT ${inboxColumns} FROM ${inbox}
          WHERE listener = ${listener} AND ${is} AND seq > $1 ORDER BY seq LIMIT $2)`,
    );
    return parts.join(' UNION ALL ');
  };
  const ofOne = (state: Listed): string => `SELECT * FROM (${ofListener(state, '$3')}) AS found ORDER BY seq LIMIT $2`;
  const ofAll = (state: Listed): string => `
    ${namedListeners(listed[state])}
    SELECT found.* FROM named CROSS JOIN LATERAL (${ofListener(state, 'named.listener')}) AS found
    ORDER BY seq LIMIT $2`;
  const ofId = (columns: string, id: string): string => `
    ${namedListeners(['true'])}
    SELECT found.* FROM named CROSS JOIN LATERAL (
      SELECT ${columns} FROM ${inbox} WHERE listener = named.listener AND id = ${id}) AS found`;
  const share = `greatest(${leastGrouped}, ${groupedLetters} / count(listener))`;
  const endOfDead = (order: 'ASC' | 'DESC'): string => `
    (SELECT seq, listener, type, last_error, state, at FROM ${inbox}
     WHERE listener = named.listener AND ${listed.dead.join('')}
     ORDER BY seq ${order} LIMIT (SELECT ${share} / 2 + 1 FROM named))`;
  const sized = `SELECT seq, octet_length(envelope) AS size FROM ${outbox}`;
  const bySeq = (state: OutboxState): string => `${sized} WHERE state = '${state}' AND seq > $1 ORDER BY seq LIMIT $2`;
  const inLane = `
    FROM ${inbox} WHERE state IN ('ready', 'running', 'parked') AND listener = $2 AND lane = wanted.lane`;
  const last = `FROM ${outbox} WHERE seq = $1 AND state = 'scheduled'`;
  const oldestWaiting = `
    (SELECT seq, correlation FROM ${outbox} WHERE state = 'waiting' ORDER BY seq LIMIT ${searchedWaiting}) AS waiting`;

  return {
    inboxOfListener: { waiting: ofOne('waiting'), running: ofOne('running'), dead: ofOne('dead') },
    inboxByState: {
      waiting: ofAll('waiting'),
      running: ofAll('running'),
      dead: `SELECT ${inboxColumns} FROM ${inbox} WHERE ${isDead} AND seq > $1 ORDER BY seq LIMIT $2`,
    },
    inboxLane: `
      SELECT ${inboxColumns} FROM ${inbox}
      WHERE state IN ('ready', 'running', 'parked') AND listener = $3 AND lane = $4 AND seq > $1 ORDER BY seq LIMIT $2`,
    behindHeads: `
      SELECT CASE (SELECT state ${inLane} ORDER BY seq LIMIT 1) WHEN 'parked'
        THEN (SELECT count(*)::int FROM (SELECT 1 ${inLane} ORDER BY seq LIMIT $3 + 1) AS found) - 1 ELSE 0 END AS behind
      FROM unnest($1::text[]) WITH ORDINALITY AS wanted (lane, n) ORDER BY n`,
    inboxById: `${ofId(inboxColumns, '$3')} WHERE seq > $1 ORDER BY seq LIMIT $2`,
    outboxByState: {
      waiting: bySeq('waiting'),
      parked: bySeq('parked'),
      scheduled: `
        ${sized} WHERE state = 'scheduled'
          AND (due_at, seq) > (coalesce((SELECT due_at ${last}), -1), coalesce((SELECT seq ${last}), 0))
        ORDER BY due_at, seq LIMIT $2`,
    },
    outboxById: `${sized} WHERE id = $3 AND seq > $1 LIMIT $2`,
    outboxRows: `
      SELECT ${outboxColumns} FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (number, n)
      JOIN ${outbox} AS message ON seq = number ORDER BY n`,
    deadLetters: `
      ${namedListeners(listed.dead)}
      SELECT found.listener, type, left(last_error, ${comparedCharacters}) AS error, state, at AS "diedAt"
      FROM named CROSS JOIN LATERAL (${endOfDead('ASC')} UNION ${endOfDead('DESC')}) AS found ORDER BY seq`,
    correlationOf: `
      SELECT coalesce(
        (SELECT correlation FROM ${inbox} WHERE correlation = $1 LIMIT 1),
        (SELECT correlation FROM ${outbox} WHERE ${isKept} AND correlation = $1 LIMIT 1),
        (SELECT correlation FROM ${oldestWaiting} WHERE correlation = $1 LIMIT 1),
        (${ofId('correlation', '$1')} WHERE correlation IS NOT NULL LIMIT 1),
        (SELECT correlation FROM ${outbox} WHERE id = $1)) AS correlation`,
    inboxSeen: `SELECT ${inboxColumns}, ${links} FROM ${inbox} WHERE correlation = $1 ORDER BY seq LIMIT $2`,
    outboxSeen: `
      SELECT ${outboxColumns}, ${links} FROM (
        SELECT seq AS number FROM ${outbox} WHERE ${isKept} AND correlation = $1
        UNION
        SELECT seq FROM ${oldestWaiting} WHERE correlation = $1) AS wanted
      JOIN ${outbox} AS message ON seq = number ORDER BY seq LIMIT $2`,
    lastSeq: `
      SELECT ${now} AS at, ${lastNumber(`${schema}.anywise_inbox`)} AS inbox,
        ${lastNumber(`${schema}.anywise_outbox`)} AS outbox`,
  };
}

function lastNumber(table: string): string {
  return `coalesce(pg_sequence_last_value(pg_get_serial_sequence('${table.replaceAll("'", "''")}', 'seq')::regclass), 0)`;
}
