import { randomUUID } from 'node:crypto';
import { storable } from '../core/message/storable-text.js';
import { limits } from '../core/message/limits.js';
import { countWithin } from '../kit/batches.js';
import { deadState } from '../kit/dead-state.js';
import { keptAttempts } from '../kit/failed-attempts.js';
import { keyOf, laneOf } from '../kit/lanes.js';
import { isDeadHolder } from '../kit/lease-holder.js';
import { readStored, type StoredText } from '../kit/stored.js';
import type { Claim, ClaimOptions, FailedClaim, Inbox, InboxEntry, InboxStatus } from '../core/ports/inbox.js';
import type { StoreChanged } from '../core/ports/store.js';
import type { Connection, Connections } from './client.js';
import { Claimable, unblocked } from './claimable.js';
import { withFollowing } from './following.js';
import { now, storedEnvelope } from './sql.js';
import { inboxStatus } from './status.js';
import type { Writer } from './writer.js';
import type { Database } from './database.js';

/** What was handled before sources were kept, and so is known by its id alone. */
const isKnownSql = 'SELECT 1 FROM anywise_inbox_before WHERE listener = ?1 AND id = ?2';

const insertSql = `
  INSERT OR IGNORE INTO anywise_inbox (listener, id, source, type, lane, envelope, last_error, state, at, received_at)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10 WHERE NOT EXISTS (${isKnownSql})`;

export function insertEntries(connection: Connection, entries: readonly InboxEntry[], writer: Writer): void {
  for (const entry of entries) insertEntry(connection, entry, writer.nowMs);
}

/** `false` if it was already known. */
function insertEntry(
  connection: Connection,
  { listener, source, id, type, key, json, error }: InboxEntry,
  atMs: number,
): boolean {
  const [state, dueMs] = error === undefined ? ['ready', 0] : ['dead', atMs];
  const content = [type, laneOf(key, id, source), json, error ?? null];
  return connection.run(insertSql, listener, id, source, ...content, state, dueMs, atMs) === 1;
}

/** Adds a message as a claimed one if it is new and the first of its lane; otherwise does nothing. */
const insertClaimedSql = `
  INSERT OR IGNORE INTO anywise_inbox
    (listener, id, source, type, lane, envelope, state, at, attempts, lease, holder, received_at)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, 'running', ?7 + ?8, 1, ?9, ?10, ?7
  WHERE NOT EXISTS (
    SELECT 1 FROM anywise_inbox INDEXED BY anywise_inbox_lanes
    WHERE listener = ?1 AND lane = ?5 AND state IN ('ready', 'running', 'parked'))
  AND NOT EXISTS (${isKnownSql})`;

function insertClaimed(
  connection: Connection,
  { listener, source, id, type, key, json, envelope }: InboxEntry,
  { leaseMs, holder }: ClaimOptions,
  lease: string,
  atMs: number,
): Claim | undefined {
  const values = [listener, id, source, type, laneOf(key, id, source), json, atMs, leaseMs, lease, holder];
  const seq = connection.insert(insertClaimedSql, ...values);
  return seq === undefined ? undefined : { seq, listener, source, id, type, key, json, envelope, lease, attempt: 1 };
}

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

const claimedColumns = `seq, listener, source, id, type, lane, ${storedEnvelope}, attempts`;

const claimSql = `
  UPDATE anywise_inbox
  SET state = 'running', at = ${now} + ?2, attempts = attempts + 1, is_alone = 0, lease = ?3, holder = ?4
  WHERE seq IN (SELECT value FROM json_each(?1))
  RETURNING ${claimedColumns}`;

/** The previous attempt counts only if nothing else was in hand. */
const claimSuspectSql = `
  UPDATE anywise_inbox
  SET at = ${now} + ?2, attempts = attempts + is_alone, is_alone = 0, lease = ?3, holder = ?4
  WHERE seq = ?1
  RETURNING ${claimedColumns}`;

interface ClaimedRow extends StoredText {
  readonly seq: number;
  readonly listener: string;
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly lane: string;
  readonly attempts: number;
}

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

function claimOf(row: ClaimedRow, lease: string, isSuspect: boolean): Claim {
  const { lane, text, bytes, attempts, ...message } = row;
  return { ...message, key: keyOf(lane), ...readStored({ text, bytes }), lease, attempt: attempts, isSuspect };
}

const bytesSql = `
  SELECT coalesce(octet_length(envelope), 0) AS bytes
  FROM json_each(?) AS wanted CROSS JOIN anywise_inbox ON seq = wanted.value ORDER BY wanted.key`;

const allBytesSql = `
  SELECT coalesce(sum(octet_length(envelope)), 0) AS bytes FROM anywise_inbox
  WHERE seq IN (SELECT value FROM json_each(?))`;

interface Sized {
  readonly bytes: number;
}

/** The first of these messages, as far as one batch may be that large. Nearly always that is all of them. */
function withinBatch(connection: Connection, seqs: readonly number[]): readonly number[] {
  const json = JSON.stringify(seqs);
  if ((connection.get<Sized>(allBytesSql, json)?.bytes ?? 0) <= limits.batchBytes) return seqs;
  const sizes = connection.all<Sized>(bytesSql, json);
  return seqs.slice(
    0,
    countWithin(sizes, ({ bytes }) => bytes, limits.batchBytes),
  );
}

export class SqliteInbox implements Inbox {
  readonly #connections: Connections;
  readonly #writer: Writer;
  readonly #changed: StoreChanged;
  readonly #claimable = new Claimable();
  /** If the last search found something, the next one skips the check. */
  #isBusy = false;

  constructor({ connections, writer }: Database, changed: StoreChanged) {
    this.#connections = connections;
    this.#writer = writer;
    this.#changed = changed;
  }

  async add(entries: readonly InboxEntry[], claim?: ClaimOptions): Promise<readonly Claim[]> {
    const { claims, isLeft } = await this.#writer.run(() => this.#add(entries, claim));
    if (isLeft) this.#changed('inbox');
    return claims;
  }

  #add(entries: readonly InboxEntry[], claim: ClaimOptions | undefined): { claims: Claim[]; isLeft: boolean } {
    const { writer } = this.#connections;
    const claims: Claim[] = [];
    const places = new Map(claim?.listeners);
    const mayClaim = new Set(unblocked(writer, [...places.keys()]));
    const lease = randomUUID();
    const atMs = this.#writer.nowMs;
    let isLeft = false;
    for (const entry of entries) {
      const wants = claim !== undefined && claims.length < claim.limit && entry.error === undefined;
      const left = places.get(entry.listener) ?? 0;
      const isClaimed = wants && left > 0 && mayClaim.has(entry.listener);
      const claimed = isClaimed ? insertClaimed(writer, entry, claim, lease, atMs) : undefined;
      if (claimed !== undefined) {
        claims.push(claimed);
        places.set(entry.listener, left - 1);
      } else if (insertEntry(writer, entry, atMs)) isLeft = true;
    }
    return { claims, isLeft };
  }

  async claim({ listeners, holder, limit, leaseMs, takesFollowing = false }: ClaimOptions): Promise<readonly Claim[]> {
    const { reader, writer } = this.#connections;
    if (limit < 1 || listeners.size === 0) return [];
    const names = [...listeners.keys()];
    const dead = this.#deadHolders(holder);
    const isSuspect = dead.length > 0 || this.#claimable.findSuspect(reader, names) !== undefined;
    // A check costs no commit, so that an idle service writes nothing.
    if (!this.#isBusy && !isSuspect && !this.#claimable.any(reader, listeners)) return [];
    const lease = randomUUID();
    const claims = await this.#writer.run(() => {
      for (const name of dead)
        writer.run(`UPDATE anywise_inbox SET at = 0 WHERE state = 'running' AND holder = ?`, name);
      const suspect = isSuspect ? this.#claimable.findSuspect(writer, names) : undefined;
      if (suspect !== undefined) {
        const rows = writer.all<ClaimedRow>(claimSuspectSql, suspect, leaseMs, lease, holder);
        return rows.map((row) => claimOf(row, lease, true));
      }
      const heads = this.#claimable.find(writer, listeners, limit);
      const found = withinBatch(writer, takesFollowing ? withFollowing(writer, heads, limit) : heads);
      const rows = writer.all<ClaimedRow>(claimSql, JSON.stringify(found), leaseMs, lease, holder);
      return rows.sort((a, b) => a.seq - b.seq).map((row) => claimOf(row, lease, false));
    });
    this.#isBusy = claims.length > 0;
    return claims;
  }

  async extend(claims: readonly Claim[], leaseMs: number, isAlone = false): Promise<readonly Claim[]> {
    const sql = `
      UPDATE anywise_inbox SET at = ${now} + ?, is_alone = max(is_alone, ?)
      WHERE seq = ? AND lease = ? AND state = 'running'`;
    const { writer } = this.#connections;
    const alone = isAlone ? 1 : 0;
    return this.#writer.run(() => claims.filter(({ seq, lease }) => writer.run(sql, leaseMs, alone, seq, lease) === 0));
  }

  async fail({ seq, key, lease }: Claim, failure: FailedClaim): Promise<void> {
    const { writer } = this.#connections;
    const error = storable(failure.error);
    const thrown = [failure.thrown?.name, error, failure.thrown?.stack].map((text) =>
      text === undefined ? null : storable(text),
    );
    await this.#writer.run(() => {
      if (failure.outcome === 'dead') {
        writer.run(burySql, deadState(failure.onDead, key), error, ...thrown, seq, lease);
      } else if (failure.free === true) {
        writer.run(retryFreeSql, Math.round(failure.retryInMs), error, seq, lease);
      } else {
        writer.run(retrySql, Math.round(failure.retryInMs), error, ...thrown, seq, lease);
      }
    });
  }

  async release(claims: readonly Claim[]): Promise<void> {
    const sql = `
      UPDATE anywise_inbox SET state = 'ready', at = 0, attempts = attempts - 1, lease = NULL, holder = NULL
      WHERE seq = ? AND lease = ? AND state = 'running'`;
    const { writer } = this.#connections;
    await this.#writer.run(() => {
      for (const { seq, lease } of claims) writer.run(sql, seq, lease);
    });
  }

  async status(limit?: number): Promise<InboxStatus> {
    return inboxStatus(this.#connections.reader, limit);
  }

  #deadHolders(own: string): readonly string[] {
    const sql = `SELECT DISTINCT holder FROM anywise_inbox INDEXED BY anywise_inbox_running WHERE state = 'running' AND holder <> ? AND at > 0`;
    const rows = this.#connections.reader.all<{ holder: string }>(sql, own);
    return rows.map(({ holder }) => holder).filter(isDeadHolder);
  }
}
