import { orderKey, type Envelope } from '../core/message/envelope.js';
import { isDeadHolder } from '../kit/lease-holder.js';
import type {
  Outbox,
  OutboxOutcome,
  OutboxRow,
  OutboxStatus,
  RelayLease,
  ScheduledEnvelope,
} from '../core/ports/outbox.js';
import { prepared, type Database, type Statement } from './database.js';
import { laneOf, now, storable } from './schema.js';

/** Puts envelopes in, given by {@link envelopeValues}. */
export function insertEnvelopesSql(schema: string): string {
  return `
    INSERT INTO ${schema}.anywise_outbox (id, lane, envelope, created_at)
    SELECT id, lane, envelope, ${now}
    FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS message (id, lane, envelope, n)
    ORDER BY n
    ON CONFLICT (id) DO NOTHING`;
}

export function envelopeValues(envelopes: readonly Envelope[]): unknown[] {
  return [
    envelopes.map(({ id }) => storable(id)),
    envelopes.map((envelope) => laneOf(orderKey(envelope), envelope.id)),
    envelopes.map((envelope) => JSON.stringify(envelope)),
  ];
}

/** Puts envelopes in that wait for their time, given by {@link scheduledValues}. */
export function insertScheduledSql(schema: string): string {
  return `
    INSERT INTO ${schema}.anywise_outbox (id, lane, envelope, state, created_at, due_at)
    SELECT id, lane, envelope, 'scheduled', ${now}, coalesce(at, ${now} + delay)
    FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
      WITH ORDINALITY AS message (id, lane, envelope, at, delay, n)
    ORDER BY n
    ON CONFLICT (id) DO NOTHING`;
}

export function scheduledValues(scheduled: readonly ScheduledEnvelope[]): unknown[] {
  return [
    ...envelopeValues(scheduled.map(({ envelope }) => envelope)),
    scheduled.map(({ due }) => ('at' in due ? Math.ceil(due.at) : null)),
    scheduled.map(({ due }) => ('delayMs' in due ? Math.ceil(due.delayMs) : null)),
  ];
}

/** Admission and this exclude each other: it takes only what is still scheduled. */
export function cancelSql(schema: string): string {
  return `DELETE FROM ${schema}.anywise_outbox WHERE id = $1 AND state = 'scheduled'`;
}

/**
 * Admits scheduled rows whose time has come, passing over those that a transaction is about to cancel, and gives those of the
 * oldest rows that may go. `$1` how many, `$2` how many of the oldest to look at. There is always a row: where nothing may
 * go, one without a number.
 */
function sendableSql(schema: string): string {
  const outbox = `${schema}.anywise_outbox`;
  return `
    WITH admitted AS (
      UPDATE ${outbox} SET state = 'waiting', created_at = due_at, due_at = 0
      WHERE seq IN (
        SELECT seq FROM ${outbox} WHERE state = 'scheduled' AND due_at <= ${now}
        ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)
      RETURNING seq, lane, envelope, attempts, due_at),
    oldest AS MATERIALIZED (
      SELECT seq, lane, envelope, attempts, due_at FROM ${outbox} WHERE state = 'waiting' ORDER BY seq LIMIT $2),
    seen AS (
      SELECT *, bool_or(due_at > ${now}) OVER (PARTITION BY lane ORDER BY seq) AS waits
      FROM (SELECT * FROM oldest UNION ALL SELECT * FROM admitted) AS row),
    free AS (
      SELECT seq, envelope, attempts FROM seen
      WHERE NOT waits AND (
        SELECT 1 FROM ${outbox} AS parked
        WHERE parked.lane = seen.lane AND parked.state = 'parked' AND parked.seq < seen.seq LIMIT 1) IS NULL
      ORDER BY seq LIMIT $1)
    SELECT page.full, free.seq, free.envelope, free.attempts
    FROM (SELECT count(*) >= $2 AS full FROM oldest) AS page LEFT JOIN free ON true ORDER BY free.seq`;
}

/** How many rows of one lane leave in one go where they were hidden. */
const rowsOfLane = 16;

/**
 * Finds what may go from lane to lane, with one look into the index for each, for where the oldest rows wait for a few keys
 * that are held. `$1` how many, `$2` the lane after which to begin, `$3` how many lanes to look at. There is always a row.
 */
function findHiddenSql(schema: string): string {
  const outbox = `${schema}.anywise_outbox`;
  const next = (after: string): string => `
    SELECT lane, state = 'waiting' AND due_at <= ${now} AS free FROM ${outbox}
    WHERE lane > ${after} AND state IN ('waiting', 'parked') ORDER BY lane, seq LIMIT 1`;
  return `
    WITH RECURSIVE lanes AS (
      (SELECT first.*, 1 AS n FROM (${next('$2')}) AS first)
      UNION ALL
      SELECT next.*, lanes.n + 1 FROM lanes CROSS JOIN LATERAL (${next('lanes.lane')}) AS next WHERE lanes.n < $3),
    free AS (
      SELECT row.* FROM lanes CROSS JOIN LATERAL (
        SELECT lane, seq, envelope, attempts, bool_or(state = 'parked' OR due_at > ${now}) OVER (ORDER BY seq) AS waits
        FROM (
          SELECT lane, seq, envelope, attempts, state, due_at FROM ${outbox}
          WHERE lane = lanes.lane AND state IN ('waiting', 'parked') ORDER BY seq LIMIT ${rowsOfLane}) AS first) AS row
      WHERE lanes.free AND NOT row.waits ORDER BY row.lane, row.seq LIMIT $1)
    SELECT walked.reached, free.seq, free.envelope, free.attempts
    FROM (SELECT CASE WHEN count(*) >= $3 THEN max(lane) END AS reached FROM lanes) AS walked
    LEFT JOIN free ON true ORDER BY free.lane, free.seq`;
}

/** The lease is taken where it is free, ours, at its end, or its holder `$3` is known to be dead. */
function leaseSql(schema: string): string {
  return `
    INSERT INTO ${schema}.anywise_lease AS lease (name, holder, epoch, ends_at) VALUES ('relay', $1, 1, ${now} + $2)
    ON CONFLICT (name) DO UPDATE SET
      epoch = lease.epoch + CASE WHEN lease.holder = $1 THEN 0 ELSE 1 END, holder = $1, ends_at = ${now} + $2
    WHERE lease.holder = $1 OR lease.ends_at <= ${now} OR lease.holder = $3
    RETURNING epoch`;
}

/** Records outcomes under the lock of the lease's row, so that the lease cannot pass to another meanwhile. */
function settleSql(schema: string): string {
  const outbox = `${schema}.anywise_outbox`;
  return `
    WITH lease AS MATERIALIZED (
      SELECT 1 FROM ${schema}.anywise_lease WHERE name = 'relay' AND holder = $1 AND epoch = $2 FOR SHARE),
    confirmed AS (
      DELETE FROM ${outbox} WHERE seq = ANY ($3::bigint[]) AND EXISTS (SELECT FROM lease)),
    failed AS (
      UPDATE ${outbox} AS row
      SET attempts = row.attempts + 1, last_error = failure.error,
        state = CASE WHEN failure.delay IS NULL THEN 'parked' ELSE 'waiting' END,
        due_at = CASE WHEN failure.delay IS NULL THEN 0 ELSE ${now} + failure.delay END
      FROM unnest($4::bigint[], $5::bigint[], $6::text[]) AS failure (seq, delay, error)
      WHERE row.seq = failure.seq AND EXISTS (SELECT FROM lease))
    SELECT count(*) AS held FROM lease`;
}

interface OutboxStatements {
  readonly held: Statement;
  readonly lease: Statement;
  readonly sendable: Statement;
  readonly findHidden: Statement;
  readonly settle: Statement;
  readonly release: Statement;
  readonly nextDue: Statement;
  readonly status: Statement;
}

/** What searches has no name, so that it is planned each time: which of the indexes is small depends on the hour. */
function statementsOf(schema: string): OutboxStatements {
  const outbox = `${schema}.anywise_outbox`;
  return {
    held: prepared(`SELECT holder, epoch, ends_at - ${now} AS left FROM ${schema}.anywise_lease WHERE name = 'relay'`),
    lease: { text: leaseSql(schema) },
    sendable: { text: sendableSql(schema) },
    findHidden: { text: findHiddenSql(schema) },
    settle: prepared(settleSql(schema)),
    release: {
      text: `UPDATE ${schema}.anywise_lease SET ends_at = 0 WHERE name = 'relay' AND holder = $1 AND epoch = $2`,
    },
    nextDue: {
      text: `
        SELECT greatest(0, due_at - ${now}) AS "inMs" FROM ${outbox}
        WHERE state = 'scheduled' ORDER BY due_at LIMIT 1`,
    },
    status: {
      text: `
        SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'scheduled') AS scheduled,
          count(*) FILTER (WHERE state = 'parked') AS parked,
          coalesce(${now} - min(created_at) FILTER (WHERE state = 'waiting'), 0) AS "oldestMs"
        FROM ${outbox}`,
    },
  };
}

/** How many lanes are looked at in one go where the oldest rows do not give enough. */
const lanesAtOnce = 512;

interface FreeRow {
  readonly seq: number;
  readonly envelope: string;
  readonly attempts: number;
}

/** What a look gives: rows that may go, or one without a number, each with what was seen on the way. */
type Look<Seen> = Seen & (FreeRow | { readonly seq: null });

export class PostgresOutbox implements Outbox {
  readonly #database: Database;
  readonly #statements: OutboxStatements;
  /** Where the next search through all lanes goes on, so that it comes round to each. */
  #searchedTo = '';

  /** @param schema the quoted name. */
  constructor(database: Database, schema: string) {
    this.#database = database;
    this.#statements = statementsOf(schema);
  }

  async lease(holder: string, leaseMs: number): Promise<RelayLease | undefined> {
    const { held, lease } = this.#statements;
    const {
      rows: [current],
    } = await this.#database.query<{ holder: string; left: number; epoch: number }>(held);
    // Renewing early enough keeps the lease; doing it for each batch would cost a commit each.
    if (current?.holder === holder && current.left > leaseMs / 2) return { holder, epoch: current.epoch };
    const dead =
      current !== undefined && current.holder !== holder && isDeadHolder(current.holder) ? current.holder : holder;
    const { rows } = await this.#database.query<{ epoch: number }>(lease, holder, leaseMs, dead);
    return rows[0] === undefined ? undefined : { holder, epoch: rows[0].epoch };
  }

  async sendable(limit: number): Promise<readonly OutboxRow[]> {
    const { rows } = await this.#database.queryByIndex<Look<{ readonly full: boolean }>>(
      this.#statements.sendable,
      limit,
      2 * limit,
    );
    const free: FreeRow[] = rows.filter((row) => row.seq !== null);
    if (free.length < limit && rows[0]?.full === true) free.push(...(await this.#findHidden(free, limit)));
    return free
      .slice(0, limit)
      .sort((a, b) => a.seq - b.seq)
      .map(({ seq, attempts, envelope }) => ({ seq, attempts, envelope: JSON.parse(envelope) as Envelope }));
  }

  async settle({ holder, epoch }: RelayLease, outcomes: readonly OutboxOutcome[]): Promise<boolean> {
    const confirmed = outcomes.filter(({ outcome }) => outcome === 'confirmed');
    const failed = outcomes.filter((outcome) => outcome.outcome !== 'confirmed');
    const { rows } = await this.#database.queryByIndex<{ held: number }>(
      this.#statements.settle,
      holder,
      epoch,
      confirmed.map(({ seq }) => seq),
      failed.map(({ seq }) => seq),
      failed.map((outcome) => (outcome.outcome === 'retry' ? Math.ceil(outcome.retryInMs) : null)),
      failed.map(({ error }) => storable(error)),
    );
    return rows[0]?.held === 1;
  }

  async nextDueInMs(): Promise<number | undefined> {
    const { rows } = await this.#database.queryByIndex<{ inMs: number }>(this.#statements.nextDue);
    return rows[0]?.inMs;
  }

  async release({ holder, epoch }: RelayLease): Promise<void> {
    await this.#database.query(this.#statements.release, holder, epoch);
  }

  async status(): Promise<OutboxStatus> {
    const { rows } = await this.#database.query<OutboxStatus>(this.#statements.status);
    return rows[0] ?? { waiting: 0, scheduled: 0, parked: 0, oldestMs: 0 };
  }

  /** Rows behind those oldest ones, each lane in its order. */
  async #findHidden(known: readonly FreeRow[], limit: number): Promise<readonly FreeRow[]> {
    const { rows } = await this.#database.queryByIndex<Look<{ readonly reached: string | null }>>(
      this.#statements.findHidden,
      limit,
      this.#searchedTo,
      lanesAtOnce,
    );
    this.#searchedTo = rows[0]?.reached ?? '';
    const seen = new Set(known.map(({ seq }) => seq));
    return rows.filter((row) => row.seq !== null && !seen.has(row.seq)) as FreeRow[];
  }
}
