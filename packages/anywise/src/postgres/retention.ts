import { whileFull } from '../kit/interval.js';
import type { Database } from './database.js';
import { now } from './sql.js';

const rowsAtOnce = 5_000;

/**
 * Deletes messages that were handled more than `retentionMs` ago.
 *
 * @param schema the quoted name.
 */
export async function cleanInbox(database: Database, schema: string, retentionMs: number): Promise<void> {
  await cleanTable(database, `${schema}.anywise_inbox_before`, 'listener, id', retentionMs);
  await cleanTable(database, `${schema}.anywise_inbox`, 'listener, id, source', retentionMs);
}

function cleanTable(database: Database, table: string, identity: string, retentionMs: number): Promise<void> {
  const text = `
    DELETE FROM ${table} WHERE (${identity}) IN (
      SELECT ${identity} FROM ${table}
      WHERE state = 'handled' AND at < ${now} - $1::bigint ORDER BY at LIMIT ${rowsAtOnce})`;
  return whileFull(rowsAtOnce, async () => (await database.query({ text }, retentionMs)).rowCount ?? 0);
}

/** @param schema the quoted name. */
export function cleanReplies(database: Database, schema: string, retentionMs: number): Promise<void> {
  const text = `
    DELETE FROM ${schema}.anywise_reply WHERE (type, key) IN (
      SELECT type, key FROM ${schema}.anywise_reply
      WHERE kept_at < ${now} - $1::bigint ORDER BY kept_at LIMIT ${rowsAtOnce})`;
  return whileFull(rowsAtOnce, async () => (await database.query({ text }, retentionMs)).rowCount ?? 0);
}
