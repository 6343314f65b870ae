import type { Claim } from '../core/ports/inbox.js';
import { heldValues } from './refs.js';
import { now } from './sql.js';

/** The fence: no row changes for a holder that lost its lease. Only messages that are being handled have one. */
export function finishSql(schema: string): string {
  return `
    ${handleSql(schema)}
    WHERE listener = $1 AND id = $2 AND source = $3 AND lease = $4`;
}

/**
 * The same for several messages. It is written so that each can only be looked up by its key: with a list of ids, or in a join,
 * PostgreSQL would read all messages of the listener while its statistics say that these are few. It follows a row whose
 * lease is being extended, as it could not by its place in the table.
 */
export function finishAllSql(schema: string): string {
  const is = (column: string): string => `row.${column} = ANY (ARRAY[held.${column}])`;
  return `
    ${handleSql(schema)}
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS held (listener, id, source, lease)
    WHERE ${['listener', 'id', 'source', 'lease'].map(is).join(' AND ')}`;
}

/** The values of {@link finishAllSql}, and how many messages there are. */
export function finishAllValues(claims: readonly Claim[]): unknown[] {
  return [...heldValues(claims), claims.length];
}

function handleSql(schema: string): string {
  return `
    UPDATE ${schema}.anywise_inbox AS row
    SET state = 'handled', at = ${now}, envelope = NULL, original = NULL, lease = NULL, holder = NULL,
      last_error = NULL, failures = NULL`;
}
