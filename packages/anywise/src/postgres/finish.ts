import type { Claim } from '../core/ports/inbox.js';
import { storable } from '../core/message/storable-text.js';
import { now } from './sql.js';

/** The fence: no row changes for a holder that lost its lease. Only messages that are being handled have one. */
export function finishSql(schema: string): string {
  return `
    ${handleSql(schema)}
    WHERE listener = $1 AND id = $2 AND source = $3 AND lease = $4`;
}

/** The same for several messages of one listener. */
export function finishAllSql(schema: string): string {
  return `
    ${handleSql(schema)}
    WHERE listener = $1 AND id = ANY ($2::text[]) AND source = ANY ($3::text[]) AND lease = ANY ($4::text[])`;
}

/** The values of {@link finishAllSql}, and how many messages there are. */
export function finishAllValues(claims: readonly Claim[]): unknown[] {
  const unique = (values: readonly string[]): string[] => [...new Set(values)];
  return [
    claims[0]?.listener,
    claims.map(({ id }) => storable(id)),
    unique(claims.map(({ source }) => storable(source))),
    unique(claims.map(({ lease }) => lease)),
    claims.length,
  ];
}

function handleSql(schema: string): string {
  return `
    UPDATE ${schema}.anywise_inbox
    SET state = 'handled', at = ${now}, envelope = NULL, original = NULL, lease = NULL, holder = NULL, last_error = NULL,
      failures = NULL`;
}
