import { orderKey, type Envelope } from '../core/message/envelope.js';
import { keyOf } from '../kit/lanes.js';
import { readStoredEnvelope } from '../kit/stored.js';
import { isDeadHolder } from '../kit/lease-holder.js';
import { limits } from '../core/message/limits.js';
import { batchesWithin } from '../kit/batches.js';
import type {
  Due,
  Outbox,
  OutboxOutcome,
  OutboxRow,
  OutboxStatus,
  RelayLease,
  ScheduledEnvelope,
  SendableRows,
} from '../core/ports/outbox.js';
import { prepared, type Database } from './database.js';
import { storedLane } from './lanes.js';
import { Sendable } from './sendable.js';
import type { Statement } from './session.js';
import { storable } from '../core/message/storable-text.js';
import { now } from './sql.js';
import { outboxStatus } from './status.js';
import { textIn, textValues } from './texts.js';

/** An envelope, its JSON, its lane, and when it is due if it waits for a time. */
export interface Written {
  readonly envelope: Envelope;
  readonly json: string;
  readonly lane: string;
  readonly due?: Due;
}

export function written(envelope: Envelope): Written {
  return { envelope, json: JSON.stringify(envelope), lane: storedLane(orderKey(envelope), envelope.id) };
}

function batchesOf(all: readonly Written[]): readonly (readonly Written[])[] {
  return batchesWithin(all, ({ json }) => Buffer.byteLength(json), limits.batchBytes);
}

/** Adds envelopes, from {@link envelopeValues}. */
export function insertEnvelopesSql(schema: string): string {
  return `
    INSERT INTO ${schema}.anywise_outbox (id, lane, envelope, correlation, causation, created_at)
    SELECT id, lane, ${textIn('$5')}, correlation, causation, ${now}
    FROM unnest($1::text[], $2::text[], $3::integer[], $4::integer[], $6::text[], $7::text[])
      WITH ORDINALITY AS message (id, lane, start, size, correlation, causation, n)
    ORDER BY n
    ON CONFLICT (id) DO NOTHING`;
}

/** As many times values as it takes statements that are not too large. */
export function envelopeValues(envelopes: readonly Envelope[]): readonly (readonly unknown[])[] {
  return batchesOf(envelopes.map(written)).map(contentValues);
}

/** The values of {@link insertEnvelopesSql}. */
export function contentValues(batch: readonly Written[]): unknown[] {
  return [
    batch.map(({ envelope }) => storable(envelope.id)),
    batch.map(({ lane }) => lane),
    ...textValues(batch.map(({ json }) => json)),
    batch.map(({ envelope }) => storable(envelope.correlationid)),
    batch.map(({ envelope }) => (envelope.causationid === undefined ? null : storable(envelope.causationid))),
  ];
}

/** Adds scheduled envelopes, from {@link scheduledValues}. */
export function insertScheduledSql(schema: string): string {
  return `
    INSERT INTO ${schema}.anywise_outbox (id, lane, envelope, correlation, causation, state, created_at, due_at)
    SELECT id, lane, ${textIn('$5')}, correlation, causation, 'scheduled', ${now}, coalesce(at, ${now} + delay)
    FROM unnest($1::text[], $2::text[], $3::integer[], $4::integer[], $6::text[], $7::text[], $8::bigint[], $9::bigint[])
      WITH ORDINALITY AS message (id, lane, start, size, correlation, causation, at, delay, n)
    ORDER BY n
    ON CONFLICT (id) DO NOTHING`;
}

export function scheduledValues(scheduled: readonly ScheduledEnvelope[]): readonly (readonly unknown[])[] {
  return batchesOf(scheduled.map(({ envelope, due }) => ({ ...written(envelope), due }))).map((batch) => [
    ...contentValues(batch),
    batch.map(({ due }) => (due !== undefined && 'at' in due ? Math.ceil(due.at) : null)),
    batch.map(({ due }) => (due !== undefined && 'delayMs' in due ? Math.ceil(due.delayMs) : null)),
  ]);
}

/** This and admission exclude each other: it only takes rows that are still scheduled. */
export function cancelSql(schema: string): string {
  return `DELETE FROM ${schema}.anywise_outbox WHERE id = $1 AND state = 'scheduled'`;
}

/** Takes the lease if it is free, ours or expired, or if its holder `$3` is known to be dead. */
function leaseSql(schema: string): string {
  return `
    INSERT INTO ${schema}.anywise_lease AS lease (name, holder, epoch, ends_at) VALUES ('relay', $1, 1, ${now} + $2)
    ON CONFLICT (name) DO UPDATE SET
      epoch = lease.epoch + CASE WHEN lease.holder = $1 THEN 0 ELSE 1 END, holder = $1, ends_at = ${now} + $2
    WHERE lease.holder = $1 OR lease.ends_at <= ${now} OR lease.holder = $3
    RETURNING epoch`;
}

/** Records outcomes while it locks the row of the lease, so that the lease cannot change hands in the meantime. */
export function settleSql(schema: string): string {
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
  readonly settle: Statement;
  readonly release: Statement;
}

function statementsOf(schema: string): OutboxStatements {
  return {
    held: prepared(`SELECT holder, epoch, ends_at - ${now} AS left FROM ${schema}.anywise_lease WHERE name = 'relay'`),
    lease: { text: leaseSql(schema) },
    settle: prepared(settleSql(schema)),
    release: {
      text: `UPDATE ${schema}.anywise_lease SET ends_at = 0 WHERE name = 'relay' AND holder = $1 AND epoch = $2`,
    },
  };
}

export class PostgresOutbox implements Outbox {
  readonly #database: Database;
  readonly #schema: string;
  readonly #statements: OutboxStatements;
  readonly #sendable: Sendable;

  /** @param schema the quoted name. */
  constructor(database: Database, schema: string) {
    this.#database = database;
    this.#schema = schema;
    this.#statements = statementsOf(schema);
    this.#sendable = new Sendable(database, schema);
  }

  async lease(holder: string, leaseMs: number): Promise<RelayLease | undefined> {
    const { held, lease } = this.#statements;
    const {
      rows: [current],
    } = await this.#database.query<{ holder: string; left: number; epoch: number }>(held);
    // The lease is renewed early, but not for each batch, which would cost a commit each.
    if (current?.holder === holder && current.left > leaseMs / 2) return { holder, epoch: current.epoch };
    const dead =
      current !== undefined && current.holder !== holder && isDeadHolder(current.holder) ? current.holder : holder;
    const { rows } = await this.#database.query<{ epoch: number }>(lease, holder, leaseMs, dead);
    return rows[0] === undefined ? undefined : { holder, epoch: rows[0].epoch };
  }

  async sendable(limit: number): Promise<SendableRows> {
    const { rows, nextDueInMs } = await this.#sendable.find(limit);
    const read = rows.map(({ seq, attempts, lane, text, bytes }): OutboxRow => {
      const read = readStoredEnvelope({ text, bytes });
      return read.envelope === undefined ? { seq, attempts, key: keyOf(lane), ...read } : { seq, attempts, ...read };
    });
    return { rows: read, nextDueInMs };
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

  async release({ holder, epoch }: RelayLease): Promise<void> {
    await this.#database.query(this.#statements.release, holder, epoch);
  }

  status(limit?: number): Promise<OutboxStatus> {
    return outboxStatus(this.#database, this.#schema, limit);
  }
}
