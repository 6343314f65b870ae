import { defaultCountLimit } from '../core/ports/bounded-count.js';
import type { InboxStatus } from '../core/ports/inbox.js';
import type { OutboxStatus } from '../core/ports/outbox.js';
import { boundedCount } from '../kit/bounded-count.js';
import { inboxStatusOf, type ListenerCounts } from '../kit/inbox-status.js';
import { relayHolder } from '../kit/relay-holder.js';
import type { Database } from './database.js';
import { now } from './sql.js';

/**
 * What is counted of each listener, with the order that one index alone gives. The conditions are those of that index to the
 * letter, so that the planner may take no other, however few rows it expects there.
 */
const fresh = { state: `state = 'ready' AND at = 0`, order: 'seq' };
const tried = { state: `state = 'ready' AND at <> 0`, order: 'seq' };
const running = { state: `state = 'running'`, order: 'lane' };
const dead = { state: `state NOT IN ('ready', 'running', 'handled')`, order: 'seq' };

/** Jumps from one listener to the next, and counts of each up to `$1`. Run it by index. */
export function inboxStatusSql(schema: string): string {
  const inbox = `${schema}.anywise_inbox`;
  const nextListener = (after: string): string => {
    const first = [fresh, tried, running, dead].map(({ state, order }) => {
      return `(SELECT listener FROM ${inbox} WHERE listener > ${after} AND ${state} ORDER BY listener, ${order} LIMIT 1)`;
    });
    return `least(${first.join(', ')})`;
  };
  const ofOne = (columns: string, { state, order }: typeof fresh, limit: string): string =>
    `SELECT ${columns} FROM ${inbox} WHERE listener = named.listener AND ${state} ORDER BY ${order} LIMIT ${limit}`;
  const counted = (kind: typeof fresh): string => `(SELECT count(*) FROM (${ofOne('1', kind, '$1')}) AS seen)`;
  const oldest = (kind: typeof fresh): string => `(${ofOne('received_at', kind, '1')})`;
  return `
    WITH RECURSIVE named (listener) AS (
      SELECT ${nextListener(`''`)}
      UNION ALL
      SELECT ${nextListener('named.listener')} FROM named WHERE named.listener IS NOT NULL)
    SELECT listener, ${counted(fresh)} + ${counted(tried)} AS waiting, ${counted(running)} AS running,
      ${counted(dead)} AS dead, coalesce(${now} - least(${oldest(fresh)}, ${oldest(tried)}), 0) AS "oldestMs"
    FROM named WHERE listener IS NOT NULL ORDER BY listener COLLATE "C"`;
}

/** Counts up to `$1`. A row that waited for its time is younger than its number says. Run it by index. */
export function outboxStatusSql(schema: string): string {
  const rows = (columns: string, state: string, order: string): string =>
    `(SELECT ${columns} FROM ${schema}.anywise_outbox WHERE state = '${state}' ORDER BY ${order} LIMIT $1) AS seen`;
  const lease = (column: string): string => `(SELECT ${column} FROM ${schema}.anywise_lease WHERE name = 'relay')`;
  return `
    SELECT waiting, coalesce(${now} - oldest, 0) AS "oldestMs",
      (SELECT count(*) FROM ${rows('1', 'scheduled', 'due_at')}) AS scheduled,
      (SELECT count(*) FROM ${rows('1', 'parked', 'lane, seq')}) AS parked, ${lease('holder')} AS holder, ${lease(`ends_at - ${now}`)} AS left
    FROM (
      SELECT count(*) AS waiting, min(created_at) AS oldest FROM ${rows('created_at', 'waiting', 'seq')}) AS waited`;
}

export async function inboxStatus(database: Database, schema: string, limit = defaultCountLimit): Promise<InboxStatus> {
  const { rows } = await database.queryByIndex<ListenerCounts>({ text: inboxStatusSql(schema) }, limit + 1);
  return inboxStatusOf(rows, limit);
}

interface OutboxCounts {
  readonly waiting: number;
  readonly scheduled: number;
  readonly parked: number;
  readonly oldestMs: number;
  /** `null` if no process has ever relayed. */
  readonly holder: string | null;
  readonly left: number | null;
}

export async function outboxStatus(
  database: Database,
  schema: string,
  limit = defaultCountLimit,
): Promise<OutboxStatus> {
  const { rows } = await database.queryByIndex<OutboxCounts>({ text: outboxStatusSql(schema) }, limit + 1);
  const [row] = rows;
  return {
    waiting: boundedCount(row?.waiting ?? 0, limit),
    scheduled: boundedCount(row?.scheduled ?? 0, limit),
    parked: boundedCount(row?.parked ?? 0, limit),
    oldestMs: row?.oldestMs ?? 0,
    ...(typeof row?.holder === 'string' && { relay: relayHolder(row.holder, row.left ?? 0) }),
  };
}
