import { setImmediate } from 'node:timers/promises';
import type { Database } from './database.js';
import { now } from './sql.js';
import { actionsKeptMs, processKeptMs } from '../kit/kept.js';
import { whileFull } from '../kit/interval.js';

const rowsAtOnce = 1_000;
const repliesAtOnce = 5_000;

type InboxTable = 'anywise_inbox' | 'anywise_inbox_before';

const windowSql = (table: InboxTable): string => `
  SELECT max(seq) AS last, coalesce(min(received_at) < ${now} - ?1, 0) AS isOld,
    count(*) FILTER (WHERE state = 'handled' AND at < ${now} - ?1) AS gone
  FROM (SELECT seq, received_at, state, at FROM ${table} WHERE seq > ?2 ORDER BY seq LIMIT ${rowsAtOnce})`;

const deleteSql = (table: InboxTable): string => `
  DELETE FROM ${table} WHERE seq > ?2 AND seq <= ?3 AND state = 'handled' AND at < ${now} - ?1`;

interface Window {
  readonly last: number;
  /** Whether some messages are older than the retention. */
  readonly isOld: 0 | 1;
  readonly gone: number;
}

/**
 * Deletes messages that were handled more than `retentionMs` ago. Messages are numbered on arrival, so the search starts
 * with the first and ends at young ones: an index of handled messages would cost each message more than this.
 */
export async function cleanInbox(database: Database, retentionMs: number): Promise<void> {
  await cleanTable(database, 'anywise_inbox_before', retentionMs);
  await cleanTable(database, 'anywise_inbox', retentionMs);
}

async function cleanTable({ connections, writer }: Database, table: InboxTable, retentionMs: number): Promise<void> {
  const { reader, writer: connection } = connections;
  const windowAfter = (seq: number): Window | undefined => reader.get<Window>(windowSql(table), retentionMs, seq);
  let after = 0;
  for (let window = windowAfter(after); window?.isOld === 1; window = windowAfter(after)) {
    const bounds = [after, window.last];
    // There may be many old unhandled messages: scanning them must not block the process.
    if (window.gone === 0) await setImmediate();
    else await writer.run(() => connection.run(deleteSql(table), retentionMs, ...bounds));
    after = window.last;
  }
}

export async function cleanReplies({ connections, writer }: Database, retentionMs: number): Promise<void> {
  const sql = `
    DELETE FROM anywise_reply WHERE (type, key) IN (
      SELECT type, key FROM anywise_reply WHERE kept_at < ${now} - ? LIMIT ${repliesAtOnce})`;
  await whileFull(repliesAtOnce, () => writer.run(() => connections.writer.run(sql, retentionMs)));
}

/** Deletes sagas that ended more than `retentionMs` ago, with their steps. */
export async function cleanSagas({ connections, writer }: Database, retentionMs: number): Promise<void> {
  const old = `SELECT name, key FROM anywise_saga WHERE status = 'ended' AND ended_at < ${now} - ? LIMIT ${rowsAtOnce}`;
  await whileFull(rowsAtOnce, async () => {
    const found = connections.reader.all<{ name: string; key: string }>(old, retentionMs);
    if (found.length === 0) return 0;
    await writer.run(() => {
      for (const { name, key } of found) {
        connections.writer.run('DELETE FROM anywise_saga_step WHERE name = ? AND key = ?', name, key);
        connections.writer.run('DELETE FROM anywise_saga WHERE name = ? AND key = ?', name, key);
      }
    });
    return found.length;
  });
}

/** Deletes records of actions that are old, and processes that have said nothing for long. */
export async function cleanRecords({ connections, writer }: Database): Promise<void> {
  const old = `SELECT 1 FROM anywise_action WHERE at < ${now} - ${actionsKeptMs} UNION ALL
    SELECT 1 FROM anywise_process WHERE seen_at < ${now} - ${processKeptMs} LIMIT 1`;
  // A check costs no commit.
  if (connections.reader.get(old) === undefined) return;
  await writer.run(() => {
    connections.writer.run(`DELETE FROM anywise_action WHERE at < ${now} - ${actionsKeptMs}`);
    connections.writer.run(`DELETE FROM anywise_process WHERE seen_at < ${now} - ${processKeptMs}`);
  });
}
