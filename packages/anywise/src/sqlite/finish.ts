import type { Claim } from '../core/ports/inbox.js';
import type { Connection } from './client.js';
import { now } from './sql.js';

/** The fence: a process that lost the lease must not commit. */
export function holdsClaim(connection: Connection, { seq, lease }: Claim): boolean {
  const sql = `SELECT 1 FROM anywise_inbox WHERE seq = ? AND lease = ? AND state = 'running'`;
  return connection.get(sql, seq, lease) !== undefined;
}

/** Ends held claims, by their numbers. */
export function endClaims(connection: Connection, claims: readonly number[]): undefined {
  const sql = `
    UPDATE anywise_inbox
    SET state = 'handled', at = ${now}, envelope = NULL, original = NULL, lease = NULL, holder = NULL, last_error = NULL,
      failures = NULL
    WHERE seq IN (SELECT value FROM json_each(?))`;
  const ended = connection.run(sql, JSON.stringify(claims));
  if (ended !== claims.length) throw new Error(`Only ${ended} of ${claims.length} held claims could be ended.`);
}
