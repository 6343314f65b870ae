import { deadState } from '../kit/dead-state.js';
import { keptAttempts } from '../kit/failed-attempts.js';
import type { Claim, FailedClaim } from '../core/ports/inbox.js';
import { storable } from '../core/message/storable-text.js';
import { refValue } from './refs.js';
import type { Statement } from './session.js';
import { now } from './sql.js';

/** What happens to claims that are held, until they end well. */
export interface HeldStatements {
  readonly extend: Statement;
  readonly end: Statement;
  readonly bury: Statement;
  readonly retry: Statement;
  readonly release: Statement;
}

export function heldStatements(schema: string): HeldStatements {
  const inbox = `${schema}.anywise_inbox`;
  const held = 'unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS held (listener, id, source, lease)';
  const isHeld = `
    row.listener = held.listener AND row.id = held.id AND row.source = held.source AND row.lease = held.lease`;
  const lasts = `at = ${now} + $5, is_alone = is_alone OR $6`;
  const mine = `listener = $1 AND id = $2 AND source = $3 AND lease = $4`;
  return {
    // Waits for no lock: a commit that finishes several of these messages locks them in another order. Those that it has locked
    // are still held.
    extend: {
      text: `
        WITH free AS MATERIALIZED (
          SELECT found.place FROM ${held} CROSS JOIN LATERAL (
            SELECT row.ctid AS place FROM ${inbox} AS row WHERE ${isHeld} LIMIT 1 FOR UPDATE SKIP LOCKED) AS found),
        extended AS (
          UPDATE ${inbox} AS row SET ${lasts} FROM free WHERE row.ctid = free.place)
        SELECT row.seq FROM ${held} JOIN ${inbox} AS row ON ${isHeld}`,
    },
    // A lease that is to end now must not be passed over: until it ended by itself, no process could claim the message.
    end: {
      text: `UPDATE ${inbox} AS row SET ${lasts} FROM ${held} WHERE ${isHeld} RETURNING row.seq`,
    },
    bury: {
      text: `
        UPDATE ${inbox}
        SET state = $5, at = ${now}, lease = NULL, holder = NULL, last_error = $6, failures = ${withFailure('$7', '$6', '$8')}
        WHERE ${mine}`,
    },
    retry: {
      text: `
        UPDATE ${inbox}
        SET state = 'ready', at = ${now} + $5, attempts = attempts - $6, lease = NULL, holder = NULL, last_error = $7,
          failures = CASE WHEN $6::integer = 1 THEN failures ELSE ${withFailure('$8', '$7', '$9')} END
        WHERE ${mine}`,
    },
    release: {
      text: `
        UPDATE ${inbox} AS row SET state = 'ready', at = 1, attempts = attempts - 1, lease = NULL, holder = NULL
        FROM ${held} WHERE ${isHeld}`,
    },
  };
}

/** The statement for a claim that failed, with its values. */
export function failureOf(
  { bury, retry }: HeldStatements,
  claim: Claim,
  failure: FailedClaim,
): readonly [Statement, readonly unknown[]] {
  const mine = [...refValue(claim), claim.lease];
  const error = storable(failure.error);
  const thrown = [failure.thrown?.name, failure.thrown?.stack].map((text) =>
    text === undefined ? null : storable(text),
  );
  if (failure.outcome === 'dead') return [bury, [...mine, deadState(failure.onDead, claim.key), error, ...thrown]];
  const given = failure.free === true ? 1 : 0;
  return [retry, [...mine, Math.ceil(failure.retryInMs), given, error, ...thrown]];
}

/** The failures with one more, of which no more are kept than the last few. Takes the numbers of its values. */
function withFailure(name: string, error: string, stack: string): string {
  return `
    CASE WHEN jsonb_array_length(failures) >= ${keptAttempts} THEN failures - 0 ELSE coalesce(failures, '[]') END
      || jsonb_build_object(
        'attempt', attempts, 'at', ${now}, 'name', ${name}::text, 'error', ${error}::text, 'stack', ${stack}::text)`;
}
