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
  /** Whether some messages are older than the retention. */
  readonly isOld: 0 | 1;
  readonly gone: number;
}

/**
 * Deletes messages that were handled more than `retentionMs` ago. Messages are numbered on arrival, so the search starts
 * with the first and ends at young ones: an index of handled messages would cost each message more than this.
 */
export async function cleanInbox({ connections, writer }: Database, retentionMs: number): Promise<void> {
  const { reader, writer: connection } = connections;
  const windowAfter = (seq: number): Window | undefined => reader.get<Window>(windowSql, retentionMs, seq);
  let after = 0;
  for (let window = windowAfter(after); window?.isOld === 1; window = windowAfter(after)) {
    const bounds = [after, window.last];
    // There may be many old unhandled messages: scanning them must not block the process.
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
