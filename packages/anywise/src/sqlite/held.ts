import { storable } from '../core/message/storable-text.js';
import type { Claim, FailedClaim } from '../core/ports/inbox.js';
import { deadState } from '../kit/dead-state.js';
import { keptAttempts } from '../kit/failed-attempts.js';
import type { Connection } from './client.js';
import { now } from './sql.js';

const extendSql = `
  UPDATE anywise_inbox SET at = ${now} + ?, is_alone = max(is_alone, ?)
  WHERE seq = ? AND lease = ? AND state = 'running'`;

const releaseSql = `
  UPDATE anywise_inbox SET state = 'ready', at = 0, attempts = attempts - 1, lease = NULL, holder = NULL
  WHERE seq = ? AND lease = ? AND state = 'running'`;

/** The failures with one more, of which no more are kept than the last few. Takes its class, its error and its stack. */
const withFailure = `
  json_insert(
    CASE WHEN json_array_length(failures) >= ${keptAttempts} THEN json_remove(failures, '$[0]') ELSE coalesce(failures, '[]') END,
    '$[#]', json_object('attempt', attempts, 'at', ${now}, 'name', ?, 'error', ?, 'stack', ?))`;

const burySql = `
  UPDATE anywise_inbox SET state = ?, at = ${now}, lease = NULL, holder = NULL, last_error = ?, failures = ${withFailure}
  WHERE seq = ? AND lease = ? AND state = 'running'`;

const retrySql = `
  UPDATE anywise_inbox
  SET state = 'ready', at = ${now} + ?, lease = NULL, holder = NULL, last_error = ?, failures = ${withFailure}
  WHERE seq = ? AND lease = ? AND state = 'running'`;

const retryFreeSql = `
  UPDATE anywise_inbox
  SET state = 'ready', at = ${now} + ?, attempts = attempts - 1, lease = NULL, holder = NULL, last_error = ?
  WHERE seq = ? AND lease = ? AND state = 'running'`;

/** Extends leases, and returns the claims that are no longer held. */
export function extendClaims(
  connection: Connection,
  claims: readonly Claim[],
  leaseMs: number,
  isAlone: boolean,
): readonly Claim[] {
  const alone = isAlone ? 1 : 0;
  return claims.filter(({ seq, lease }) => connection.run(extendSql, leaseMs, alone, seq, lease) === 0);
}

/** Says how a claim failed, if it is still held. */
export function failClaim(connection: Connection, { seq, key, lease }: Claim, failure: FailedClaim): void {
  const error = storable(failure.error);
  const thrown = [failure.thrown?.name, error, failure.thrown?.stack].map((text) =>
    text === undefined ? null : storable(text),
  );
  if (failure.outcome === 'dead') {
    connection.run(burySql, deadState(failure.onDead, key), error, ...thrown, seq, lease);
  } else if (failure.free === true) {
    connection.run(retryFreeSql, Math.round(failure.retryInMs), error, seq, lease);
  } else {
    connection.run(retrySql, Math.round(failure.retryInMs), error, ...thrown, seq, lease);
  }
}

/** Gives claims back, without an attempt. */
export function releaseClaims(connection: Connection, claims: readonly Claim[]): void {
  for (const { seq, lease } of claims) connection.run(releaseSql, seq, lease);
}
