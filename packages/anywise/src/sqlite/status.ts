import { defaultCountLimit } from '../core/ports/bounded-count.js';
import type { InboxStatus } from '../core/ports/inbox.js';
import type { OutboxStatus } from '../core/ports/outbox.js';
import { boundedCount } from '../kit/bounded-count.js';
import { inboxStatusOf, type ListenerCounts } from '../kit/inbox-status.js';
import { relayHolder } from '../kit/relay-holder.js';
import type { Connection } from './client.js';
import { now } from './sql.js';

/** What is counted of each listener, with the index that leads from a listener to just that. */
const waiting = { state: `state = 'ready'`, index: 'anywise_inbox_waiting' };
const running = { state: `state = 'running'`, index: 'anywise_inbox_running' };
const dead = { state: `state IN ('dead', 'parked', 'blocking')`, index: 'anywise_inbox_dead_listeners' };

/** The name of the first listener after another that has any message. */
const nextListener = (after: string): string => `
  (SELECT min(listener) FROM (${[waiting, running, dead]
    .map(({ state, index }) => {
      return `SELECT min(listener) AS listener FROM anywise_inbox INDEXED BY ${index} WHERE ${state} AND listener > ${after}`;
    })
    .join(' UNION ALL ')}))`;

const counted = ({ state, index }: typeof waiting): string => `
  (SELECT count(*) FROM (
    SELECT 1 FROM anywise_inbox INDEXED BY ${index} WHERE ${state} AND listener = named.listener LIMIT ?1))`;

/** Jumps from one listener to the next, and counts of each up to `?1`. */
export const inboxStatusSql = `
  WITH RECURSIVE named (listener) AS (
    SELECT ${nextListener(`''`)}
    UNION ALL
    SELECT ${nextListener('named.listener')} FROM named WHERE named.listener IS NOT NULL)
  SELECT listener, ${counted(waiting)} AS waiting, ${counted(running)} AS running, ${counted(dead)} AS dead,
    coalesce(${now} - (
      SELECT received_at FROM anywise_inbox INDEXED BY ${waiting.index}
      WHERE ${waiting.state} AND listener = named.listener ORDER BY seq LIMIT 1), 0) AS oldestMs
  FROM named WHERE listener IS NOT NULL`;

/** Counts up to `?1`. A row that waited for its time is younger than its number says. */
export const outboxStatusSql = `
  SELECT waiting, coalesce(${now} - oldest, 0) AS oldestMs,
    (SELECT count(*) FROM (
      SELECT 1 FROM anywise_outbox INDEXED BY anywise_outbox_scheduled
      WHERE state = 'scheduled' AND due_at >= 0 LIMIT ?1)) AS scheduled,
    (SELECT count(*) FROM (
      SELECT 1 FROM anywise_outbox INDEXED BY anywise_outbox_parked
      WHERE state = 'parked' AND seq > 0 LIMIT ?1)) AS parked
  FROM (
    SELECT count(*) AS waiting, min(created_at) AS oldest FROM (
      SELECT created_at FROM anywise_outbox INDEXED BY anywise_outbox_waiting
      WHERE state = 'waiting' AND seq > 0 ORDER BY seq LIMIT ?1))`;

const relayHolderSql = `SELECT holder, ends_at - ${now} AS left FROM anywise_lease WHERE name = 'relay'`;

export function inboxStatus(connection: Connection, limit = defaultCountLimit): InboxStatus {
  return inboxStatusOf(connection.all<ListenerCounts>(inboxStatusSql, limit + 1), limit);
}

interface OutboxCounts {
  readonly waiting: number;
  readonly scheduled: number;
  readonly parked: number;
  readonly oldestMs: number;
}

export function outboxStatus(connection: Connection, limit = defaultCountLimit): OutboxStatus {
  const row = connection.get<OutboxCounts>(outboxStatusSql, limit + 1);
  const lease = connection.get<{ holder: string; left: number }>(relayHolderSql);
  return {
    waiting: boundedCount(row?.waiting ?? 0, limit),
    scheduled: boundedCount(row?.scheduled ?? 0, limit),
    parked: boundedCount(row?.parked ?? 0, limit),
    oldestMs: row?.oldestMs ?? 0,
    ...(lease && { relay: relayHolder(lease.holder, lease.left) }),
  };
}
