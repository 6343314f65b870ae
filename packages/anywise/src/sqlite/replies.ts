import type { KeptReply, ReplyKey } from '../core/ports/store.js';
import type { Connection } from './client.js';
import { now } from './sql.js';

interface Row {
  readonly fingerprint: string;
  readonly reply: string | null;
}

/** The last committed reply under a key. */
export function findReply(connection: Connection, { type, key }: ReplyKey): KeptReply | undefined {
  const sql = 'SELECT fingerprint, reply FROM anywise_reply WHERE type = ? AND key = ?';
  const row = connection.get<Row>(sql, type, key);
  if (row === undefined) return undefined;
  return { fingerprint: row.fingerprint, reply: row.reply === null ? undefined : (JSON.parse(row.reply) as unknown) };
}

/** Keeps a reply; `false` if its key is taken. */
export function keepReply(connection: Connection, { type, key }: ReplyKey, { fingerprint, reply }: KeptReply): boolean {
  const json = reply === undefined ? null : JSON.stringify(reply);
  const sql = `
    INSERT OR IGNORE INTO anywise_reply (type, key, fingerprint, reply, kept_at) VALUES (?, ?, ?, ?, ${now})`;
  return connection.run(sql, type, key, fingerprint, json) > 0;
}
