import type { InboxState, OutboxState } from '../core/ports/store-view.js';
import { comparedCharacters, groupedLetters, leastGrouped } from '../kit/dead-groups.js';
import { searchedWaiting } from '../kit/view.js';
import { now, storedEnvelope } from './sql.js';

// Each statement reads by an index and up to a limit, so that it costs the same however much the store holds. Pages take what
// follows `?1`, and up to `?2` rows.

type Listed = Exclude<InboxState, 'handled'>;

const inboxColumns = `
  seq, listener, source, id, type, lane, state, attempts, last_error AS error, received_at AS receivedAt, at`;

const isDead = `state IN ('dead', 'parked', 'blocking')`;

/** How each state is found, with the index that leads from a listener to it. */
const listed: Readonly<Record<Listed, { readonly is: string; readonly index: string }>> = {
  waiting: { is: `state = 'ready'`, index: 'anywise_inbox_waiting' },
  running: { is: `state = 'running'`, index: 'anywise_inbox_running' },
  dead: { is: isDead, index: 'anywise_inbox_dead_listeners' },
};

/** Jumps from one listener to the next, as rows of `named`. */
const namedListeners = (index: string, where: string): string => `
  WITH RECURSIVE named (listener) AS (
    SELECT min(listener) FROM anywise_inbox ${index} WHERE listener > '' ${where}
    UNION ALL
    SELECT (SELECT min(listener) FROM anywise_inbox ${index} WHERE listener > named.listener ${where})
    FROM named WHERE named.listener IS NOT NULL)`;

const ofListener = ({ is, index }: (typeof listed)[Listed], listener: string): string => `
  FROM anywise_inbox INDEXED BY ${index} WHERE ${is} AND listener = ${listener} AND seq > ?1 ORDER BY seq LIMIT ?2`;

const ofAll = ({ is, index }: (typeof listed)[Listed]): string => `
  ${namedListeners(`INDEXED BY ${index}`, `AND ${is}`)}
  SELECT ${inboxColumns} FROM anywise_inbox WHERE seq IN (
    SELECT row.seq FROM named CROSS JOIN anywise_inbox AS row
    ON row.seq IN (SELECT seq ${ofListener({ is, index }, 'named.listener')}))
  ORDER BY seq LIMIT ?2`;

/** Those of the listener `?3`. */
export const inboxOfListener: Readonly<Record<Listed, string>> = {
  waiting: `SELECT ${inboxColumns} ${ofListener(listed.waiting, '?3')}`,
  running: `SELECT ${inboxColumns} ${ofListener(listed.running, '?3')}`,
  dead: `SELECT ${inboxColumns} ${ofListener(listed.dead, '?3')}`,
};

export const inboxByState: Readonly<Record<Listed, string>> = {
  waiting: ofAll(listed.waiting),
  running: ofAll(listed.running),
  dead: `
    SELECT ${inboxColumns} FROM anywise_inbox INDEXED BY anywise_inbox_dead
    WHERE ${isDead} AND seq > ?1 ORDER BY seq LIMIT ?2`,
};

/** Those of the lane `?4` of the listener `?3`. */
export const inboxLane = `
  SELECT ${inboxColumns} FROM anywise_inbox INDEXED BY anywise_inbox_lanes
  WHERE state IN ('ready', 'running', 'parked') AND listener = ?3 AND lane = ?4 AND seq > ?1 ORDER BY seq LIMIT ?2`;

const inLane = `
  FROM anywise_inbox INDEXED BY anywise_inbox_lanes
  WHERE state IN ('ready', 'running', 'parked') AND listener = ?2 AND lane = wanted.value`;

/**
 * How many wait behind the dead head of each lane in the list `?1` of the listener `?2`, counted up to `?3`. The index alone
 * tells, but for the state of the head.
 */
export const behindHeads = `
  SELECT CASE (SELECT state ${inLane} ORDER BY seq LIMIT 1) WHEN 'parked'
    THEN (SELECT count(*) FROM (SELECT 1 ${inLane} LIMIT ?3 + 1)) - 1 ELSE 0 END AS behind
  FROM json_each(?1) AS wanted ORDER BY wanted.key`;

const seqsById = (id: string): string => `
  SELECT row.seq FROM named CROSS JOIN anywise_inbox AS row ON row.listener = named.listener AND row.id = ${id}`;

/** Those with the id `?3`. */
export const inboxById = `
  ${namedListeners('', '')}
  SELECT ${inboxColumns} FROM anywise_inbox WHERE seq IN (${seqsById('?3')}) AND seq > ?1 ORDER BY seq LIMIT ?2`;

const sized = 'SELECT seq, octet_length(envelope) AS size FROM anywise_outbox';

/** What is scheduled in the order in which it is due, behind the row `?1`. */
export const outboxByState: Readonly<Record<OutboxState, string>> = {
  waiting: `${sized} INDEXED BY anywise_outbox_waiting WHERE state = 'waiting' AND seq > ?1 ORDER BY seq LIMIT ?2`,
  parked: `${sized} INDEXED BY anywise_outbox_parked WHERE state = 'parked' AND seq > ?1 ORDER BY seq LIMIT ?2`,
  scheduled: `
    ${sized} INDEXED BY anywise_outbox_scheduled
    WHERE state = 'scheduled' AND (due_at, seq) > (
      coalesce((SELECT due_at FROM anywise_outbox WHERE seq = ?1 AND state = 'scheduled'), -1),
      CASE WHEN EXISTS (SELECT 1 FROM anywise_outbox WHERE seq = ?1 AND state = 'scheduled') THEN ?1 ELSE 0 END)
    ORDER BY due_at, seq LIMIT ?2`,
};

/** The one with the id `?3`. */
export const outboxById = `${sized} WHERE id = ?3 AND seq > ?1 LIMIT ?2`;

const outboxColumns = `
  seq, id, lane, state, ${storedEnvelope}, attempts, last_error AS error, created_at AS createdAt, due_at AS dueAt`;

/** Those whose numbers are in the list `?1`, in its order. */
export const outboxRows = `
  SELECT ${outboxColumns} FROM (SELECT key AS n, value AS number FROM json_each(?1)) CROSS JOIN anywise_outbox ON seq = number
  ORDER BY n`;

const endOfDead = (order: 'ASC' | 'DESC'): string => `
  SELECT seq FROM (
    SELECT seq FROM anywise_inbox INDEXED BY ${listed.dead.index} WHERE ${isDead} AND listener = named.listener
    ORDER BY seq ${order} LIMIT (SELECT max(${leastGrouped}, ${groupedLetters} / count(listener)) / 2 + 1 FROM named))`;

/** The oldest and the latest of each listener, one more than its share on either side. */
export const deadLetters = `
  ${namedListeners(`INDEXED BY ${listed.dead.index}`, `AND ${isDead}`)}
  SELECT listener, type, substr(last_error, 1, ${comparedCharacters}) AS error, state, at AS diedAt
  FROM anywise_inbox WHERE seq IN (
    SELECT dead.seq FROM named CROSS JOIN anywise_inbox AS dead
    ON dead.seq IN (${endOfDead('ASC')} UNION ${endOfDead('DESC')}))
  ORDER BY seq`;

/** The oldest waiting rows, as far as they are searched. */
const oldestWaiting = `
  (SELECT seq, id, correlation FROM anywise_outbox INDEXED BY anywise_outbox_waiting
   WHERE state = 'waiting' AND seq > 0 ORDER BY seq LIMIT ${searchedWaiting})`;

/** The correlation id that `?1` is, or that the message with this id has. */
export const correlationOf = `
  ${namedListeners('', '')}
  SELECT correlation FROM (
    SELECT correlation FROM anywise_inbox INDEXED BY anywise_inbox_correlation WHERE correlation = ?1
    UNION ALL
    SELECT correlation FROM anywise_outbox INDEXED BY anywise_outbox_correlation
      WHERE state IN ('scheduled', 'parked') AND correlation = ?1
    UNION ALL
    SELECT correlation FROM ${oldestWaiting} WHERE correlation = ?1
    UNION ALL
    SELECT correlation FROM anywise_inbox WHERE seq IN (${seqsById('?1')}) AND correlation IS NOT NULL
    UNION ALL
    SELECT correlation FROM anywise_outbox WHERE id = ?1 AND correlation IS NOT NULL)
  LIMIT 1`;

const links = 'correlation AS correlationId, causation AS causationId';

/** Those of the conversation `?1`, up to `?2`. */
export const inboxSeen = `
  SELECT ${inboxColumns}, ${links} FROM anywise_inbox INDEXED BY anywise_inbox_correlation
  WHERE correlation = ?1 ORDER BY seq LIMIT ?2`;

export const outboxSeen = `
  SELECT ${outboxColumns}, ${links} FROM anywise_outbox WHERE seq IN (
    SELECT seq FROM anywise_outbox INDEXED BY anywise_outbox_correlation
    WHERE state IN ('scheduled', 'parked') AND correlation = ?1
    UNION
    SELECT seq FROM ${oldestWaiting} WHERE correlation = ?1)
  ORDER BY seq LIMIT ?2`;

export const lastSeq = `
  SELECT ${now} AS at,
    coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'anywise_inbox'), 0) AS inbox,
    coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'anywise_outbox'), 0) AS outbox`;
