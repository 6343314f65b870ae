import type { Migration } from '../core/ports/sql.js';
import { AnywiseError } from '../core/errors/errors.js';
import { longestTimerMs } from '../core/time/timers.js';
import { errorText } from '../core/errors/thrown.js';
import { planMigrations, type AppliedMigration, type ReadMigration } from '../kit/migrations.js';
import { stateOf } from './client.js';
import type { Database } from './database.js';
import type { Session } from './session.js';
import { beginIn, quoted } from './sql.js';

/**
 * The tables of the store, beside the service's own. The ports have diagrams of the states of outbox and inbox.
 *
 * `at` is when a message is due, when its lease ends, or when it was finished; 0 if it was never claimed. Unfinished
 * messages are found by age if they are fresh, and by due time if they were tried, so that those that wait for a retry are
 * not in the way of others.
 */
export const storeMigrations: readonly Migration[] = [
  {
    name: 'anywise/001-store',
    sql: `
      CREATE TABLE anywise_outbox (
        seq        BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        id         TEXT    NOT NULL UNIQUE,
        lane       TEXT    COLLATE "C" NOT NULL,
        envelope   TEXT    NOT NULL,
        state      TEXT    NOT NULL DEFAULT 'waiting',
        created_at BIGINT  NOT NULL,
        due_at     BIGINT  NOT NULL DEFAULT 0,
        attempts   INTEGER NOT NULL DEFAULT 0,
        last_error TEXT
      );
      CREATE INDEX anywise_outbox_waiting ON anywise_outbox (seq) WHERE state = 'waiting';
      CREATE INDEX anywise_outbox_scheduled ON anywise_outbox (due_at) WHERE state = 'scheduled';
      CREATE INDEX anywise_outbox_parked ON anywise_outbox (lane, seq) WHERE state = 'parked';
      CREATE INDEX anywise_outbox_lanes ON anywise_outbox (lane, seq) WHERE state IN ('waiting', 'parked');

      CREATE TABLE anywise_inbox (
        seq         BIGINT  GENERATED ALWAYS AS IDENTITY,
        listener    TEXT    NOT NULL,
        id          TEXT    NOT NULL,
        type        TEXT    NOT NULL,
        key         TEXT,
        lane        TEXT    COLLATE "C" NOT NULL,
        envelope    TEXT,
        original    TEXT,
        state       TEXT    NOT NULL,
        at          BIGINT  NOT NULL DEFAULT 0,
        attempts    INTEGER NOT NULL DEFAULT 0,
        lease       TEXT,
        holder      TEXT,
        last_error  TEXT,
        received_at BIGINT  NOT NULL,
        PRIMARY KEY (listener, id)
      );
      CREATE INDEX anywise_inbox_fresh ON anywise_inbox (listener, seq) WHERE state = 'ready' AND at = 0;
      CREATE INDEX anywise_inbox_tried ON anywise_inbox (listener, at) WHERE state IN ('ready', 'running') AND at > 0;
      CREATE INDEX anywise_inbox_lanes ON anywise_inbox (listener, lane, seq) WHERE state IN ('ready', 'running', 'parked');
      CREATE INDEX anywise_inbox_running ON anywise_inbox (listener, lane) WHERE state = 'running';
      CREATE INDEX anywise_inbox_dead ON anywise_inbox (seq) WHERE state IN ('dead', 'parked', 'blocking');
      CREATE INDEX anywise_inbox_blocking ON anywise_inbox (listener) WHERE state = 'blocking';
      CREATE INDEX anywise_inbox_handled ON anywise_inbox (at) WHERE state = 'handled';

      CREATE TABLE anywise_reply (
        type        TEXT   NOT NULL,
        key         TEXT   NOT NULL,
        fingerprint TEXT   NOT NULL,
        reply       TEXT,
        kept_at     BIGINT NOT NULL,
        PRIMARY KEY (type, key)
      );
      CREATE INDEX anywise_reply_kept ON anywise_reply (kept_at);

      CREATE TABLE anywise_lease (
        name    TEXT   PRIMARY KEY,
        holder  TEXT   NOT NULL,
        epoch   BIGINT NOT NULL,
        ends_at BIGINT NOT NULL
      );`,
  },
  {
    // Until then messages of the inbox were known by their id alone. Those that were handled have no envelope that tells their
    // source, and there may be millions: they stay as they are, in a table of their own, until the retention has passed. The
    // lane tells the key. No message waits for a dead letter without one. The conditions of two indexes are written otherwise
    // than those of the others, so that a statement can choose which of them the planner may take.
    name: 'anywise/002-lanes',
    sql: `
      DROP INDEX anywise_inbox_fresh, anywise_inbox_tried, anywise_inbox_lanes, anywise_inbox_running, anywise_inbox_dead,
        anywise_inbox_blocking;
      ALTER TABLE anywise_inbox RENAME TO anywise_inbox_before;
      ALTER INDEX anywise_inbox_pkey RENAME TO anywise_inbox_before_pkey;
      ALTER INDEX anywise_inbox_handled RENAME TO anywise_inbox_before_handled;
      CREATE TABLE anywise_inbox (
        seq         BIGINT  GENERATED ALWAYS AS IDENTITY,
        listener    TEXT    NOT NULL,
        id          TEXT    NOT NULL,
        source      TEXT    NOT NULL,
        type        TEXT    NOT NULL,
        lane        TEXT    COLLATE "C" NOT NULL,
        envelope    TEXT,
        original    TEXT,
        state       TEXT    NOT NULL,
        at          BIGINT  NOT NULL DEFAULT 0,
        attempts    INTEGER NOT NULL DEFAULT 0,
        is_alone    BOOLEAN NOT NULL DEFAULT false,
        lease       TEXT,
        holder      TEXT,
        last_error  TEXT,
        failures    JSONB,
        received_at BIGINT  NOT NULL,
        PRIMARY KEY (listener, id, source)
      );
      SELECT setval(pg_get_serial_sequence('anywise_inbox', 'seq'),
        nextval(pg_get_serial_sequence('anywise_inbox_before', 'seq')), false);
      CREATE FUNCTION anywise_source_of(envelope text) RETURNS text LANGUAGE plpgsql AS $$
        BEGIN
          RETURN CASE json_typeof(envelope::json -> 'source') WHEN 'string' THEN envelope::json ->> 'source' ELSE '' END;
        EXCEPTION WHEN OTHERS THEN RETURN '';
        END $$;
      INSERT INTO anywise_inbox
          (seq, listener, id, source, type, lane, envelope, original, state, at, attempts, lease, holder, last_error,
          received_at)
        OVERRIDING SYSTEM VALUE
        SELECT seq, listener, id, coalesce(anywise_source_of(coalesce(original, envelope)), ''), type, lane, envelope,
          original, CASE WHEN state = 'parked' AND key IS NULL THEN 'dead' ELSE state END, at, attempts, lease, holder,
          last_error, received_at
        FROM anywise_inbox_before WHERE state <> 'handled' ORDER BY seq;
      DROP FUNCTION anywise_source_of(text);
      DELETE FROM anywise_inbox_before WHERE state <> 'handled';
      CREATE INDEX anywise_inbox_fresh ON anywise_inbox (listener, seq) WHERE state = 'ready' AND at = 0;
      CREATE INDEX anywise_inbox_tried ON anywise_inbox (listener, at) WHERE state IN ('ready', 'running') AND at > 0;
      CREATE INDEX anywise_inbox_lanes ON anywise_inbox (listener, lane, seq)
        WHERE state IN ('ready', 'running', 'parked');
      CREATE INDEX anywise_inbox_running ON anywise_inbox (listener, lane) WHERE state = 'running';
      CREATE INDEX anywise_inbox_dead ON anywise_inbox (seq) WHERE state IN ('dead', 'parked', 'blocking');
      CREATE INDEX anywise_inbox_blocking ON anywise_inbox (listener) WHERE state = 'blocking';
      CREATE INDEX anywise_inbox_handled ON anywise_inbox (at) WHERE state = 'handled';
      CREATE INDEX anywise_inbox_retried ON anywise_inbox (listener, received_at) WHERE state = 'ready' AND at <> 0;
      CREATE INDEX anywise_inbox_dead_listeners ON anywise_inbox (listener, at)
        WHERE state NOT IN ('ready', 'running', 'handled');`,
  },
  {
    name: 'anywise/003-owner',
    sql: `
      CREATE TABLE anywise_owner (
        one     INTEGER PRIMARY KEY CHECK (one = 1),
        service TEXT    NOT NULL
      );`,
  },
];

/**
 * The tables of the transport: a log, how far each consumer has read it, and which of its instances reads. Versions of a service that want different types
 * have separate positions: while both run, the older one must not skip messages that only the newer one wants.
 */
export const transportMigrations: readonly Migration[] = [
  {
    name: 'anywise/001-transport',
    sql: `
      CREATE TABLE anywise_message (
        seq          BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        type         TEXT   NOT NULL,
        kind         TEXT   NOT NULL,
        envelope     TEXT   NOT NULL,
        published_at BIGINT NOT NULL
      );
      CREATE TABLE anywise_consumer (
        name     TEXT   NOT NULL,
        types    TEXT   NOT NULL,
        position BIGINT NOT NULL,
        read_at  BIGINT NOT NULL,
        PRIMARY KEY (name, types)
      );`,
  },
  {
    name: 'anywise/002-reader',
    sql: `
      ALTER TABLE anywise_consumer ADD COLUMN holder TEXT NOT NULL DEFAULT '', ADD COLUMN holder_pid INTEGER;`,
  },
  {
    // Requests and answers are worth nothing after a crash of the server, which empties these tables: their callers are told
    // by another epoch.
    name: 'anywise/003-requests',
    sql: `
      CREATE UNLOGGED TABLE anywise_ask (
        seq        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        ticket     TEXT   NOT NULL UNIQUE,
        type       TEXT   NOT NULL,
        reply_to   TEXT   NOT NULL,
        envelope   TEXT   NOT NULL,
        expires_at BIGINT NOT NULL
      );
      CREATE UNLOGGED TABLE anywise_answer (
        reply_to   TEXT   NOT NULL,
        ticket     TEXT   NOT NULL,
        envelope   TEXT   NOT NULL,
        expires_at BIGINT NOT NULL,
        PRIMARY KEY (reply_to, ticket)
      );
      CREATE UNLOGGED TABLE anywise_responder (
        type    TEXT   NOT NULL,
        holder  TEXT   NOT NULL,
        seen_at BIGINT NOT NULL,
        PRIMARY KEY (type, holder)
      );
      CREATE UNLOGGED TABLE anywise_request_epoch (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        id  TEXT    NOT NULL
      );`,
  },
];

/** A migration may take as long as it needs, and so may those before it. */
const migrationMs = longestTimerMs;

/**
 * Creates the schema if it is missing and applies pending migrations, all in one transaction; processes that start at once
 * take turns.
 *
 * @throws AnywiseError (`UNAVAILABLE`) that names the migration which failed, (`INVALID_MIGRATION`) the one that was changed
 * or is missing.
 */
export async function migrate(database: Database, schema: string, migrations: readonly Migration[]): Promise<void> {
  const session = await database.begin(beginIn(schema));
  try {
    const turn = { text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', timeoutMs: migrationMs };
    await session.query(turn, `anywise-migrate:${schema}`);
    await makeSchema(session, schema);
    const text = 'SELECT name, hash FROM anywise_migration ORDER BY applied_at';
    const { rows: applied } = await session.query<AppliedMigration>({ text });
    const { apply, record } = planMigrations(migrations, applied);
    for (const { name, hash } of record) {
      await session.query({ text: 'UPDATE anywise_migration SET hash = $1 WHERE name = $2' }, hash, name);
    }
    for (const migration of apply) await applyOne(session, migration);
    await session.commit();
  } catch (error) {
    await session.rollback().catch(() => undefined);
    throw error;
  }
}

/** A user without the right to create schemas or to alter tables can use existing ones. */
async function makeSchema(session: Session, schema: string): Promise<void> {
  const found = await session.query({ text: 'SELECT 1 FROM pg_namespace WHERE nspname = $1' }, schema);
  if (found.rows.length === 0) await session.query({ text: `CREATE SCHEMA ${quoted(schema)}` });
  await session.query({
    text: 'CREATE TABLE IF NOT EXISTS anywise_migration (name TEXT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL, hash TEXT)',
  });
  const hash = await session.query(
    { text: "SELECT 1 FROM pg_attribute WHERE attrelid = $1::regclass AND attname = 'hash'" },
    `${quoted(schema)}.anywise_migration`,
  );
  if (hash.rows.length === 0) await session.query({ text: 'ALTER TABLE anywise_migration ADD COLUMN hash TEXT' });
}

async function applyOne(session: Session, { name, sql, hash }: ReadMigration): Promise<void> {
  try {
    await session.query({ text: sql, timeoutMs: migrationMs });
    await session.query({ text: 'INSERT INTO anywise_migration VALUES ($1, clock_timestamp(), $2)' }, name, hash);
  } catch (cause) {
    if (AnywiseError.is(cause)) throw cause;
    throw new AnywiseError(
      'UNAVAILABLE',
      `The migration \`${name}\` failed (${errorText(cause)}, SQLSTATE ${stateOf(cause) ?? 'unknown'}). Nothing was applied; correct it and start again.`,
      { cause },
    );
  }
}
