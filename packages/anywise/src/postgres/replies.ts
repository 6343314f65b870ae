import type { KeptReply, ReplyKey } from '../core/ports/store.js';
import type { Database } from './database.js';
import { storable } from '../core/message/storable-text.js';
import { now } from './sql.js';

interface Row {
  readonly fingerprint: string;
  readonly reply: string | null;
}

/**
 * The last committed reply under a key.
 *
 * @param schema the quoted name.
 */
export async function findReply(
  database: Database,
  schema: string,
  { type, key }: ReplyKey,
): Promise<KeptReply | undefined> {
  const text = `SELECT fingerprint, reply FROM ${schema}.anywise_reply WHERE type = $1 AND key = $2`;
  const {
    rows: [row],
  } = await database.query<Row>({ text }, type, storable(key));
  if (row === undefined) return undefined;
  return { fingerprint: row.fingerprint, reply: row.reply === null ? undefined : (JSON.parse(row.reply) as unknown) };
}

/** Keeps a reply, from {@link replyValues}, if its key is free. */
export function keepReplySql(schema: string): string {
  return `
    INSERT INTO ${schema}.anywise_reply (type, key, fingerprint, reply, kept_at) VALUES ($1, $2, $3, $4, ${now})
    ON CONFLICT (type, key) DO NOTHING`;
}

export function replyValues({ type, key }: ReplyKey, { fingerprint, reply }: KeptReply): unknown[] {
  return [type, storable(key), fingerprint, reply === undefined ? null : JSON.stringify(reply)];
}
