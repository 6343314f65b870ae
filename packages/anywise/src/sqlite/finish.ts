import type { Claim } from '../core/ports/inbox.js';
import type { Connection } from './client.js';
import { now } from './sql.js';

/** The fence: a process that lost the lease of one of these must not commit. */
export function holdsClaims(connection: Connection, claims: readonly Claim[]): boolean {
  const [first] = claims;
  if (first !== undefined && claims.length === 1) {
    const sql = `SELECT 1 FROM anywise_inbox WHERE seq = ? AND lease = ? AND state = 'running'`;
    return connection.get(sql, first.seq, first.lease) !== undefined;
  }
  const sql = `
    SELECT count(*) AS count FROM json_each(?) AS held CROSS JOIN anywise_inbox NOT INDEXED ON seq = held.value
    WHERE lease = ? AND state = 'running'`;
  return [...new Set(claims.map(({ lease }) => lease))].every((lease) => {
    const seqs = claims.filter((claim) => claim.lease === lease).map(({ seq }) => seq);
    return connection.get<{ count: number }>(sql, JSON.stringify(seqs), lease)?.count === seqs.length;
  });
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
