import { actionsKeptMs, processKeptMs } from '../kit/kept.js';
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
  await deleteOld(database, deleteHandledSql(`${schema}.anywise_inbox_before`, 'listener, id'), retentionMs);
  await deleteOld(database, deleteHandledSql(`${schema}.anywise_inbox`, 'listener, id, source'), retentionMs);
}

/** @param identity the columns that identify a row. */
export function deleteHandledSql(table: string, identity: string): string {
  return `
    DELETE FROM ${table} WHERE (${identity}) IN (
      SELECT ${identity} FROM ${table}
      WHERE state = 'handled' AND at < ${now} - $1::bigint ORDER BY at LIMIT ${rowsAtOnce})`;
}

/** @param schema the quoted name. */
export function cleanReplies(database: Database, schema: string, retentionMs: number): Promise<void> {
  const text = `
    DELETE FROM ${schema}.anywise_reply WHERE (type, key) IN (
      SELECT type, key FROM ${schema}.anywise_reply
      WHERE kept_at < ${now} - $1::bigint ORDER BY kept_at LIMIT ${rowsAtOnce})`;
  return deleteOld(database, text, retentionMs);
}

/**
 * Deletes sagas that ended more than `retentionMs` ago, with their steps.
 *
 * @param schema the quoted name.
 */
export function cleanSagas(database: Database, schema: string, retentionMs: number): Promise<void> {
  const text = `
    WITH old AS (
      SELECT name, key FROM ${schema}.anywise_saga
      WHERE status = 'ended' AND ended_at < ${now} - $1::bigint LIMIT ${rowsAtOnce} FOR UPDATE SKIP LOCKED),
    steps AS (DELETE FROM ${schema}.anywise_saga_step WHERE (name, key) IN (SELECT name, key FROM old))
    DELETE FROM ${schema}.anywise_saga WHERE (name, key) IN (SELECT name, key FROM old)`;
  return deleteOld(database, text, retentionMs);
}

/**
 * Deletes records of actions that are old, and processes that have said nothing for long.
 *
 * @param schema the quoted name.
 */
export async function cleanRecords(database: Database, schema: string): Promise<void> {
  const text = `
    WITH old AS (DELETE FROM ${schema}.anywise_action WHERE at < ${now} - ${actionsKeptMs})
    DELETE FROM ${schema}.anywise_process WHERE seen_at < ${now} - ${processKeptMs}`;
  await database.query({ text });
}

/** By index: beside a backlog the planner would read all of it to find those that are old. */
function deleteOld(database: Database, text: string, retentionMs: number): Promise<void> {
  return whileFull(rowsAtOnce, async () => (await database.queryByIndex({ text }, retentionMs)).rowCount ?? 0);
}
