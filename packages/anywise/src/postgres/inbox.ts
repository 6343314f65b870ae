import { randomUUID } from 'node:crypto';
import { deadState } from '../kit/dead-state.js';
import { keptAttempts } from '../kit/failed-attempts.js';
import { keyOf } from '../kit/lanes.js';
import { readStored, type StoredText } from '../kit/stored.js';
import type { Claim, ClaimOptions, FailedClaim, Inbox, InboxEntry, InboxStatus } from '../core/ports/inbox.js';
import type { InboxRef } from '../core/ports/dead-letters.js';
import type { StoreChanged } from '../core/ports/store.js';
import { Claimable } from './claimable.js';
import { prepared, type Database } from './database.js';
import { storedLane } from './lanes.js';
import type { Statement } from './session.js';
import { limits } from '../core/message/limits.js';
import { storable } from '../core/message/storable-text.js';
import { now, storedEnvelope } from './sql.js';
import { inboxStatus } from './status.js';
import { textIn, textValues } from './texts.js';

/** Adds entries, from {@link entryValues}. Known ones are left unchanged. */
export function insertEntriesSql(schema: string): string {
  return `
    INSERT INTO ${schema}.anywise_inbox (listener, id, source, type, lane, envelope, state, at, last_error, received_at)
    SELECT listener, id, source, type, lane, envelope,
      CASE WHEN error IS NULL THEN 'ready' ELSE 'dead' END, CASE WHEN error IS NULL THEN 0 ELSE ${now} END, error, ${now}
    FROM ${newEntries(schema)} ORDER BY n
    ON CONFLICT (listener, id, source) DO NOTHING`;
}

/** Entries without those that were handled before sources were kept, and so are known by their id alone. */
function newEntries(schema: string): string {
  return `(
    SELECT listener, id, source, type, lane, ${textIn('$9')} AS envelope, error, n
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::integer[])
      WITH ORDINALITY AS entry (listener, id, source, type, lane, error, start, size, n)
    WHERE (SELECT 1 FROM ${schema}.anywise_inbox_before AS known
           WHERE known.listener = entry.listener AND known.id = entry.id LIMIT 1) IS NULL) AS entry`;
}

export function entryValues(entries: readonly InboxEntry[]): unknown[] {
  return [
    entries.map(({ listener }) => listener),
    entries.map(({ id }) => storable(id)),
    entries.map(({ source }) => storable(source)),
    entries.map(({ type }) => storable(type)),
    entries.map(({ key, id, source }) => storedLane(key, id, source)),
    entries.map(({ error }) => (error === undefined ? null : storable(error))),
    ...textValues(entries.map(({ json }) => storable(json))),
  ];
}

/**
 * Adds entries, from {@link entryValues}, and claims those that are the first of their lane, within the limits: `$10`
 * listeners, `$11` how many for each, `$12` how many in total, `$13` for how long, `$14` the lease, `$15` the holder. Run it
 * by index.
 */
function addSql(schema: string): string {
  const inbox = `${schema}.anywise_inbox`;
  return `
    WITH entry AS (
      SELECT *, row_number() OVER (PARTITION BY listener, lane ORDER BY n) AS nth FROM ${newEntries(schema)}),
    free AS (
      SELECT entry.*, place.count AS places, error IS NULL AND nth = 1 AND place.count > 0
        AND (SELECT 1 FROM ${inbox} AS block
             WHERE block.listener = entry.listener AND block.state = 'blocking' LIMIT 1) IS NULL
        AND (SELECT 1 FROM ${inbox} AS before
             WHERE before.listener = entry.listener AND before.lane = entry.lane
               AND before.state IN ('ready', 'running', 'parked') LIMIT 1) IS NULL AS is_free
      FROM entry LEFT JOIN unnest($10::text[], $11::integer[]) AS place (listener, count) USING (listener)),
    chosen AS (
      SELECT *, is_free AND count(*) FILTER (WHERE is_free) OVER (ORDER BY n) <= $12
        AND count(*) FILTER (WHERE is_free) OVER (PARTITION BY listener ORDER BY n) <= places AS is_claimed
      FROM free)
    INSERT INTO ${inbox}
      (listener, id, source, type, lane, envelope, state, at, attempts, lease, holder, last_error, received_at)
    SELECT listener, id, source, type, lane, envelope,
      CASE WHEN error IS NOT NULL THEN 'dead' WHEN is_claimed THEN 'running' ELSE 'ready' END,
      CASE WHEN error IS NOT NULL THEN ${now} WHEN is_claimed THEN ${now} + $13::bigint ELSE 0 END,
      coalesce(is_claimed, false)::integer, CASE WHEN is_claimed THEN $14::text END, CASE WHEN is_claimed THEN $15::text END, error, ${now}
    FROM chosen ORDER BY n
    ON CONFLICT (listener, id, source) DO NOTHING
    RETURNING seq, listener, id, source, state`;
}

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

/**
 * Claims among a fixed set of candidates. A candidate that another process holds is skipped and not replaced, because the
 * replacement could be a later message with its key. Locked rows are checked again: they may have been handled in the
 * meantime.
 *
 * It is planned once, perhaps while the inbox is empty, and must not read more than the candidates when it is full: each is
 * looked up by its key, and changed by its place in the table. The state is hidden from the planner, which would take it as a
 * reason to go through one of the indexes of unfinished messages.
 */
function takeSql(schema: string): string {
  return `
    WITH locked AS MATERIALIZED (
      SELECT found.* FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (listener, id, source)
      CROSS JOIN LATERAL (
        SELECT row.ctid AS place, row.state = 'running' AS is_suspect FROM ${schema}.anywise_inbox AS row
        WHERE row.listener = wanted.listener AND row.id = wanted.id AND row.source = wanted.source
          AND row.state || '' IN ('ready', 'running') AND row.at <= ${now}
        LIMIT 1 FOR UPDATE SKIP LOCKED) AS found)
    UPDATE ${schema}.anywise_inbox AS row
    SET state = 'running', at = ${now} + $4, lease = $5, holder = $6, is_alone = false,
      attempts = attempts + CASE WHEN locked.is_suspect AND NOT row.is_alone THEN 0 ELSE 1 END
    FROM locked WHERE row.ctid = locked.place
    RETURNING row.seq, row.listener, row.source, row.id, row.type, row.lane, ${storedEnvelope('row')}, row.attempts,
      locked.is_suspect AS "isSuspect"`;
}

/**
 * The same, and behind each candidate that was not tried before the following messages of its lane, until one is not due or was
 * tried before: the oldest of all, `$7` messages or `$8` bytes. Of each lane it looks at no more than its share, so that the
 * rows that are read do not grow with the backlog.
 */
function takeLineSql(schema: string): string {
  const inbox = `${schema}.anywise_inbox`;
  return `
    WITH heads AS MATERIALIZED (
      SELECT found.* FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (listener, id, source)
      CROSS JOIN LATERAL (
        SELECT row.ctid AS place, row.listener, row.lane, row.seq, row.attempts,
          coalesce(octet_length(row.envelope), 0) AS bytes
        FROM ${inbox} AS row
        WHERE row.listener = wanted.listener AND row.id = wanted.id AND row.source = wanted.source
          AND row.state || '' = 'ready' AND row.at <= ${now}
        LIMIT 1 FOR UPDATE SKIP LOCKED) AS found),
    line AS MATERIALIZED (
      SELECT place, seq, bytes, 1 AS nth FROM heads
      UNION ALL
      SELECT next.place, next.seq, next.bytes, next.nth + 1
      FROM heads CROSS JOIN LATERAL (
        SELECT later.*, row_number() OVER (ORDER BY seq)::integer AS nth, bool_and(is_free) OVER (ORDER BY seq) AS is_next
        FROM (
          SELECT row.ctid AS place, row.seq, coalesce(octet_length(row.envelope), 0) AS bytes,
            row.state = 'ready' AND row.at <= ${now} AND row.attempts = 0 AS is_free
          FROM ${inbox} AS row
          WHERE row.listener = heads.listener AND row.lane = heads.lane AND row.seq > heads.seq
            AND row.state IN ('ready', 'running', 'parked')
          ORDER BY row.seq
          LIMIT (SELECT ceil(($7::integer - count(*))::numeric / greatest(count(*), 1))::integer FROM heads)) AS later
        ) AS next
      WHERE heads.attempts = 0 AND next.is_next),
    chosen AS MATERIALIZED (
      SELECT place, nth FROM (
        SELECT *, row_number() OVER (ORDER BY seq) AS n, sum(bytes) OVER (ORDER BY seq) AS total FROM line) AS line
      WHERE n <= $7 AND (n = 1 OR total <= $8::bigint))
    UPDATE ${inbox} AS row
    SET state = 'running', at = ${now} + $4, lease = $5, holder = $6, is_alone = false, attempts = attempts + 1
    FROM chosen WHERE row.ctid = chosen.place
    RETURNING row.seq, row.listener, row.source, row.id, row.type, row.lane, ${storedEnvelope('row')}, row.attempts,
      false AS "isSuspect", chosen.nth`;
}

interface ClaimedRow extends InboxRef, StoredText {
  readonly seq: number;
  readonly type: string;
  readonly lane: string;
  readonly attempts: number;
  readonly isSuspect: boolean;
}

interface FollowingRow extends ClaimedRow {
  readonly nth: number;
}

interface AddedRow extends InboxRef {
  readonly seq: number;
  readonly state: 'ready' | 'running' | 'dead';
}

const noClaim: ClaimOptions = { listeners: new Map(), holder: '', limit: 0, leaseMs: 0 };

function identityOf({ listener, source, id }: InboxRef): string {
  return JSON.stringify([listener, storable(source), storable(id)]);
}

interface InboxStatements {
  readonly add: Statement;
  readonly take: Statement;
  readonly takeLine: Statement;
  readonly extend: Statement;
  readonly bury: Statement;
  readonly retry: Statement;
  readonly release: Statement;
}

/** The failures with one more, of which no more are kept than the last few. Takes the numbers of its values. */
function withFailure(name: string, error: string, stack: string): string {
  return `
    CASE WHEN jsonb_array_length(failures) >= ${keptAttempts} THEN failures - 0 ELSE coalesce(failures, '[]') END
      || jsonb_build_object(
        'attempt', attempts, 'at', ${now}, 'name', ${name}::text, 'error', ${error}::text, 'stack', ${stack}::text)`;
}

export function inboxStatements(schema: string): InboxStatements {
  const inbox = `${schema}.anywise_inbox`;
  const held = 'unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS held (listener, id, source, lease)';
  const isHeld = `
    row.listener = held.listener AND row.id = held.id AND row.source = held.source AND row.lease = held.lease`;
  const mine = `listener = $1 AND id = $2 AND source = $3 AND lease = $4`;
  return {
    add: { text: addSql(schema) },
    take: prepared(takeSql(schema)),
    takeLine: { text: takeLineSql(schema) },
    extend: {
      text: `
        UPDATE ${inbox} AS row SET at = ${now} + $5, is_alone = is_alone OR $6
        FROM ${held} WHERE ${isHeld}
        RETURNING row.seq`,
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

export class PostgresInbox implements Inbox {
  readonly #database: Database;
  readonly #schema: string;
  readonly #statements: InboxStatements;
  readonly #changed: StoreChanged;
  readonly #claimable: Claimable;

  /** @param schema the quoted name. */
  constructor(database: Database, schema: string, changed: StoreChanged) {
    this.#database = database;
    this.#schema = schema;
    this.#statements = inboxStatements(schema);
    this.#claimable = new Claimable(database, schema);
    this.#changed = changed;
  }

  async add(entries: readonly InboxEntry[], claim: ClaimOptions = noClaim): Promise<readonly Claim[]> {
    const { listeners, limit, leaseMs, holder } = claim;
    const lease = randomUUID();
    const places = [[...listeners.keys()], [...listeners.values()]];
    const values = [...entryValues(entries), ...places, limit, leaseMs, lease, holder];
    const { rows } = await this.#database.queryByIndex<AddedRow>(this.#statements.add, ...values);
    if (rows.some(({ state }) => state === 'ready')) this.#changed('inbox');
    const added = new Map(entries.map((entry) => [identityOf(entry), entry]));
    return rows.flatMap((row) => {
      const entry = row.state === 'running' ? added.get(identityOf(row)) : undefined;
      return entry === undefined ? [] : [{ ...entry, seq: row.seq, lease, attempt: 1 }];
    });
  }

  async claim({ listeners, holder, limit, leaseMs, takesFollowing = false }: ClaimOptions): Promise<readonly Claim[]> {
    if (limit < 1 || listeners.size === 0) return [];
    const found = await this.#claimable.find({ listeners, holder, limit });
    if (found.refs.length === 0) return [];
    const lease = randomUUID();
    const values = [...refValues(found.refs), leaseMs, lease, holder];
    if (takesFollowing && !found.isSuspect) return this.#takeFollowing(values, limit, lease);
    const { rows } = await this.#database.queryByIndex<ClaimedRow>(this.#statements.take, ...values);
    return bySeq(rows).map((row) => claimOf(row, lease));
  }

  /** What was not claimed in one piece from the head of its lane on is released: another may have what is missing. */
  async #takeFollowing(values: readonly unknown[], limit: number, lease: string): Promise<readonly Claim[]> {
    const bounds = [limit, limits.batchBytes];
    const { rows } = await this.#database.queryByIndex<FollowingRow>(this.#statements.takeLine, ...values, ...bounds);
    const reached = new Map<string, number>();
    const torn: Claim[] = [];
    const whole = bySeq(rows).flatMap(({ nth, ...row }) => {
      const lane = JSON.stringify([row.listener, row.lane]);
      const claim = claimOf(row, lease);
      const isNext = nth === (reached.get(lane) ?? 0) + 1;
      if (isNext) reached.set(lane, nth);
      else torn.push(claim);
      return isNext ? [claim] : [];
    });
    if (torn.length > 0) await this.release(torn);
    return whole;
  }

  async extend(claims: readonly Claim[], leaseMs: number, isAlone = false): Promise<readonly Claim[]> {
    const { extend } = this.#statements;
    const { rows } = await this.#database.queryByIndex<{ seq: number }>(extend, ...held(claims), leaseMs, isAlone);
    const extended = new Set(rows.map(({ seq }) => seq));
    return claims.filter(({ seq }) => !extended.has(seq));
  }

  async fail(claim: Claim, failure: FailedClaim): Promise<void> {
    const { bury, retry } = this.#statements;
    const mine = [...refValue(claim), claim.lease];
    const error = storable(failure.error);
    const thrown = [failure.thrown?.name, failure.thrown?.stack].map((text) =>
      text === undefined ? null : storable(text),
    );
    if (failure.outcome === 'dead') {
      const state = deadState(failure.onDead, claim.key);
      await this.#database.queryByIndex(bury, ...mine, state, error, ...thrown);
      return;
    }
    const given = failure.free === true ? 1 : 0;
    await this.#database.queryByIndex(retry, ...mine, Math.ceil(failure.retryInMs), given, error, ...thrown);
  }

  async release(claims: readonly Claim[]): Promise<void> {
    await this.#database.queryByIndex(this.#statements.release, ...held(claims));
  }

  status(limit?: number): Promise<InboxStatus> {
    return inboxStatus(this.#database, this.#schema, limit);
  }
}

function bySeq<Row extends { readonly seq: number }>(rows: readonly Row[]): readonly Row[] {
  return [...rows].sort((a, b) => a.seq - b.seq);
}

function claimOf({ lane, text, bytes, attempts, ...message }: ClaimedRow, lease: string): Claim {
  return { ...message, key: keyOf(lane), ...readStored({ text, bytes }), lease, attempt: attempts };
}

function held(claims: readonly Claim[]): unknown[] {
  return [...refValues(claims), claims.map(({ lease }) => lease)];
}

/** Names a message to a statement: by its listener, its id and its source. */
export function refValue({ listener, id, source }: InboxRef): string[] {
  return [listener, storable(id), storable(source)];
}

function refValues(refs: readonly InboxRef[]): string[][] {
  return [
    refs.map(({ listener }) => listener),
    refs.map(({ id }) => storable(id)),
    refs.map(({ source }) => storable(source)),
  ];
}
