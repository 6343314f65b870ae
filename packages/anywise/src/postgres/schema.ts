import type { Migration } from '../core/ports/sql.js';

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
  {
    // What was handled before has no envelope that tells its conversation.
    name: 'anywise/004-observe',
    sql: `
      ALTER TABLE anywise_inbox ADD COLUMN correlation TEXT COLLATE "C", ADD COLUMN causation TEXT;
      ALTER TABLE anywise_outbox ADD COLUMN correlation TEXT COLLATE "C", ADD COLUMN causation TEXT;
      CREATE FUNCTION anywise_attribute_of(envelope text, name text, otherwise text) RETURNS text LANGUAGE plpgsql AS $$
        BEGIN
          RETURN CASE json_typeof(envelope::json -> name) WHEN 'string' THEN envelope::json ->> name ELSE otherwise END;
        EXCEPTION WHEN OTHERS THEN RETURN NULL;
        END $$;
      UPDATE anywise_inbox SET
        correlation = anywise_attribute_of(coalesce(original, envelope), 'correlationid', id),
        causation = anywise_attribute_of(coalesce(original, envelope), 'causationid', NULL)
        WHERE envelope IS NOT NULL;
      UPDATE anywise_outbox SET
        correlation = anywise_attribute_of(envelope, 'correlationid', id),
        causation = anywise_attribute_of(envelope, 'causationid', NULL);
      DROP FUNCTION anywise_attribute_of(text, text, text);
      CREATE INDEX anywise_inbox_correlation ON anywise_inbox (correlation, seq) WHERE correlation IS NOT NULL;
      CREATE INDEX anywise_outbox_correlation ON anywise_outbox (correlation, seq) WHERE state IN ('scheduled', 'parked');
      CREATE INDEX anywise_outbox_parked_order ON anywise_outbox (seq) WHERE state = 'parked';
      DROP INDEX anywise_inbox_retried, anywise_inbox_dead_listeners;
      CREATE INDEX anywise_inbox_retried ON anywise_inbox (listener, seq) WHERE state = 'ready' AND at <> 0;
      CREATE INDEX anywise_inbox_dead_listeners ON anywise_inbox (listener, seq)
        WHERE state NOT IN ('ready', 'running', 'handled');

      CREATE TABLE anywise_process (
        holder      TEXT    PRIMARY KEY,
        service     TEXT    NOT NULL,
        version     TEXT,
        host        TEXT    NOT NULL,
        pid         INTEGER NOT NULL,
        concurrency INTEGER NOT NULL,
        description JSONB   NOT NULL,
        started_at  BIGINT  NOT NULL,
        seen_at     BIGINT  NOT NULL
      );

      CREATE TABLE anywise_action (
        seq    BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at     BIGINT  NOT NULL,
        who    TEXT    NOT NULL,
        what   TEXT    NOT NULL,
        target JSONB   NOT NULL,
        count  INTEGER NOT NULL
      );
      CREATE INDEX anywise_action_at ON anywise_action (at);`,
  },
  {
    // The feed relies on numbers that are given one by one: the sequence must keep `CACHE 1`.
    name: 'anywise/005-events',
    sql: `
      CREATE TABLE anywise_event (
        seq      BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        stream   TEXT    COLLATE "C" NOT NULL,
        version  INTEGER NOT NULL,
        type     TEXT    NOT NULL,
        envelope TEXT,
        UNIQUE (stream, version)
      );
      CREATE TABLE anywise_snapshot (
        stream  TEXT    COLLATE "C" PRIMARY KEY,
        version INTEGER NOT NULL,
        shape   INTEGER NOT NULL,
        state   TEXT    NOT NULL
      );`,
  },
  {
    // Each message leaves dead versions with its envelope behind. By default PostgreSQL waits for a fifth of a table, and with a
    // week of handled messages in it that is as much as a day's.
    name: 'anywise/006-vacuum',
    sql: `
      ALTER TABLE anywise_inbox SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);
      ALTER TABLE anywise_outbox SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);`,
  },
  {
    name: 'anywise/007-projections',
    sql: `
      CREATE TABLE anywise_projection (
        name       TEXT    COLLATE "C" NOT NULL,
        version    INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        state      TEXT    NOT NULL,
        position   BIGINT  NOT NULL,
        tables     TEXT,
        failed_at  BIGINT,
        last_error TEXT,
        seen_at    BIGINT  NOT NULL,
        PRIMARY KEY (name, version, generation)
      );`,
  },
  {
    name: 'anywise/008-sagas',
    sql: `
      CREATE TABLE anywise_saga (
        name       TEXT COLLATE "C" NOT NULL,
        key        TEXT COLLATE "C" NOT NULL,
        status     TEXT    NOT NULL,
        shape      INTEGER NOT NULL,
        revision   INTEGER NOT NULL,
        state      TEXT,
        timeouts   TEXT    NOT NULL,
        created_at BIGINT  NOT NULL,
        changed_at BIGINT  NOT NULL,
        ended_at   BIGINT,
        PRIMARY KEY (name, key)
      );
      CREATE INDEX anywise_saga_changed ON anywise_saga (changed_at);
      CREATE INDEX anywise_saga_open ON anywise_saga (name, status) WHERE status <> 'ended';
      CREATE INDEX anywise_saga_ended ON anywise_saga (ended_at) WHERE status = 'ended';
      CREATE TABLE anywise_saga_step (
        name       TEXT COLLATE "C" NOT NULL,
        key        TEXT COLLATE "C" NOT NULL,
        n          INTEGER NOT NULL,
        message_id TEXT    NOT NULL,
        type       TEXT    NOT NULL,
        outcome    TEXT    NOT NULL,
        state      TEXT,
        caused     TEXT    NOT NULL,
        envelope   TEXT,
        at         BIGINT  NOT NULL,
        PRIMARY KEY (name, key, n)
      );`,
  },
  {
    name: 'anywise/009-process-health',
    sql: `
      ALTER TABLE anywise_process
        ADD COLUMN lag BIGINT, ADD COLUMN lag_is_more INTEGER, ADD COLUMN clock_skew_ms BIGINT;`,
  },
  {
    name: 'anywise/011-projection-faults',
    sql: `
      ALTER TABLE anywise_projection ADD COLUMN parked INTEGER NOT NULL DEFAULT 0,
        ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0;
      CREATE TABLE anywise_projection_fault (
        name          TEXT    COLLATE "C" NOT NULL,
        version       INTEGER NOT NULL,
        generation    INTEGER NOT NULL,
        position      BIGINT  NOT NULL,
        stream        TEXT    COLLATE "C" NOT NULL,
        event_version INTEGER NOT NULL,
        type          TEXT    NOT NULL,
        state         TEXT    NOT NULL,
        error         TEXT,
        at            BIGINT  NOT NULL,
        PRIMARY KEY (name, version, generation, position)
      );
      CREATE INDEX anywise_projection_fault_parked ON anywise_projection_fault (name, version, generation, stream, position)
        WHERE state <> 'skipped';
      CREATE INDEX anywise_projection_fault_due ON anywise_projection_fault (name, version, generation, position)
        WHERE state = 'due';
      CREATE INDEX anywise_projection_fault_failed ON anywise_projection_fault (name, version, generation, position)
        WHERE error IS NOT NULL;`,
  },
];
