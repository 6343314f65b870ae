import type { InboxRef } from '../core/ports/dead-letters.js';
import type { Claim, ClaimOptions, InboxEntry } from '../core/ports/inbox.js';
import { storable } from '../core/message/storable-text.js';
import { storedLane } from './lanes.js';
import { now } from './sql.js';
import { textIn, textValues } from './texts.js';

/** Adds entries, from {@link entryValues}. Known ones are left unchanged. */
export function insertEntriesSql(schema: string): string {
  return `
    INSERT INTO ${schema}.anywise_inbox
      (listener, id, source, type, lane, envelope, correlation, causation, state, at, last_error, received_at)
    SELECT listener, id, source, type, lane, envelope, correlation, causation,
      CASE WHEN error IS NULL THEN 'ready' ELSE 'dead' END, CASE WHEN error IS NULL THEN 0 ELSE ${now} END, error, ${now}
    FROM ${newEntries(schema)} ORDER BY n
    ON CONFLICT (listener, id, source) DO NOTHING`;
}

/** Entries without those that were handled before sources were kept, and so are known by their id alone. */
function newEntries(schema: string): string {
  return `(
    SELECT listener, id, source, type, lane, ${textIn('$9')} AS envelope, error, correlation, causation, n
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::integer[], $8::integer[],
        $10::text[], $11::text[])
      WITH ORDINALITY AS entry (listener, id, source, type, lane, error, start, size, correlation, causation, n)
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
    entries.map(({ error }) => storableOrNull(error)),
    ...textValues(entries.map(({ json }) => storable(json))),
    entries.map(({ correlationId }) => storableOrNull(correlationId)),
    entries.map(({ causationId }) => storableOrNull(causationId)),
  ];
}

function storableOrNull(text: string | undefined): string | null {
  return text === undefined ? null : storable(text);
}

/**
 * Adds entries, from {@link addValues}, and claims those that are the first of their lane, and if `$18` those that follow
 * them, within the limits: `$12` listeners, `$13` how many for each, `$14` how many in total, `$15` for how long, `$16` the
 * lease, `$17` the holder. Run it by index.
 */
export function addSql(schema: string): string {
  const inbox = `${schema}.anywise_inbox`;
  return `
    WITH entry AS (
      SELECT *, row_number() OVER (PARTITION BY listener, lane ORDER BY n) AS nth FROM ${newEntries(schema)}),
    free AS (
      SELECT entry.*, place.count AS places, error IS NULL AND (nth = 1 OR $18::boolean) AND place.count > 0
        AND (SELECT 1 FROM ${inbox} AS block
             WHERE block.listener = entry.listener AND block.state = 'blocking' LIMIT 1) IS NULL
        AND (SELECT 1 FROM ${inbox} AS before
             WHERE before.listener = entry.listener AND before.lane = entry.lane
               AND before.state IN ('ready', 'running', 'parked') LIMIT 1) IS NULL AS is_free
      FROM entry LEFT JOIN unnest($12::text[], $13::integer[]) AS place (listener, count) USING (listener)),
    chosen AS (
      SELECT *, is_free AND count(*) FILTER (WHERE is_free) OVER (ORDER BY n) <= $14
        AND count(*) FILTER (WHERE is_free) OVER (PARTITION BY listener ORDER BY n) <= places AS is_claimed
      FROM free)
    INSERT INTO ${inbox}
      (listener, id, source, type, lane, envelope, correlation, causation, state, at, attempts, lease, holder, last_error,
       received_at)
    SELECT listener, id, source, type, lane, envelope, correlation, causation,
      CASE WHEN error IS NOT NULL THEN 'dead' WHEN is_claimed THEN 'running' ELSE 'ready' END,
      CASE WHEN error IS NOT NULL THEN ${now} WHEN is_claimed THEN ${now} + $15::bigint ELSE 0 END,
      coalesce(is_claimed, false)::integer, CASE WHEN is_claimed THEN $16::text END, CASE WHEN is_claimed THEN $17::text END, error, ${now}
    FROM chosen ORDER BY n
    ON CONFLICT (listener, id, source) DO NOTHING
    RETURNING seq, listener, id, source, state`;
}

export interface AddedRow extends InboxRef {
  readonly seq: number;
  readonly state: 'ready' | 'running' | 'dead';
}

const noClaim: ClaimOptions = { listeners: new Map(), holder: '', limit: 0, leaseMs: 0 };

/** The values of {@link addSql}. */
export function addValues(entries: readonly InboxEntry[], lease: string, claim: ClaimOptions = noClaim): unknown[] {
  const { listeners, limit, leaseMs, holder, takesFollowing = false } = claim;
  const bounds = [[...listeners.keys()], [...listeners.values()], limit, leaseMs];
  return [...entryValues(entries), ...bounds, lease, holder, takesFollowing];
}

/** Those of the entries that were claimed as they were added. */
export function claimedOf(entries: readonly InboxEntry[], rows: readonly AddedRow[], lease: string): readonly Claim[] {
  const added = new Map(entries.map((entry) => [identityOf(entry), entry]));
  return rows.flatMap((row) => {
    const entry = row.state === 'running' ? added.get(identityOf(row)) : undefined;
    return entry === undefined ? [] : [{ ...entry, seq: row.seq, lease, attempt: 1 }];
  });
}

function identityOf({ listener, source, id }: InboxRef): string {
  const stored = storable(source);
  return `${listener.length},${stored.length},${listener}${stored}${storable(id)}`;
}
