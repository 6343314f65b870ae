import { setImmediate } from 'node:timers/promises';
import type { Database } from './database.js';
import { now } from './sql.js';
import { whileFull } from '../kit/interval.js';

const rowsAtOnce = 1_000;
const repliesAtOnce = 5_000;

const windowSql = `
  SELECT max(seq) AS last, coalesce(min(received_at) < ${now} - ?1, 0) AS isOld,
    count(*) FILTER (WHERE state = 'handled' AND at < ${now} - ?1) AS gone
  FROM (SELECT seq, received_at, state, at FROM anywise_inbox WHERE seq > ?2 ORDER BY seq LIMIT ${rowsAtOnce})`;

const deleteSql = `
  DELETE FROM anywise_inbox WHERE seq > ?2 AND seq <= ?3 AND state = 'handled' AND at < ${now} - ?1`;

interface Window {
  readonly last: number;
  /** Whether some of it came before the time that is kept. */
  readonly isOld: 0 | 1;
  readonly gone: number;
}

/**
 * Deletes what was handled before `retentionMs` ago. Messages are numbered as they come, so the search begins with the first
 * and ends when all are young: an index of the handled ones would cost each message more than all of this.
 */
export async function cleanInbox({ connections, writer }: Database, retentionMs: number): Promise<void> {
  const { reader, writer: connection } = connections;
  const windowAfter = (seq: number): Window | undefined => reader.get<Window>(windowSql, retentionMs, seq);
  let after = 0;
  for (let window = windowAfter(after); window?.isOld === 1; window = windowAfter(after)) {
    const bounds = [after, window.last];
    // What is old and not handled may be much: looking through it must not stop the process.
    if (window.gone === 0) await setImmediate();
    else await writer.run(() => connection.run(deleteSql, retentionMs, ...bounds));
    after = window.last;
  }
}

export async function cleanReplies({ connections, writer }: Database, retentionMs: number): Promise<void> {
  const sql = `
    DELETE FROM anywise_reply WHERE (type, key) IN (
      SELECT type, key FROM anywise_reply WHERE kept_at < ${now} - ? LIMIT ${repliesAtOnce})`;
  await whileFull(repliesAtOnce, () => writer.run(() => connections.writer.run(sql, retentionMs)));
}
