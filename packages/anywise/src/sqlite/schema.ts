import type { Migration } from '../core/ports/sql.js';

/** The tables of the store, beside the service's own. The ports have diagrams of the states of outbox and inbox. */
export const storeMigrations: readonly Migration[] = [
  {
    name: 'anywise/001-store',
    sql: `
      CREATE TABLE anywise_outbox (
        seq        INTEGER PRIMARY KEY AUTOINCREMENT,
        id         TEXT    NOT NULL UNIQUE,
        key        ANY     NOT NULL,
        envelope   TEXT    NOT NULL,
        created_at INTEGER NOT NULL,
        due_at     INTEGER NOT NULL DEFAULT 0,
        attempts   INTEGER NOT NULL DEFAULT 0,
        scheduled  INTEGER NOT NULL DEFAULT 0,
        parked     INTEGER NOT NULL DEFAULT 0,
        last_error TEXT
      ) STRICT;
      CREATE INDEX anywise_outbox_waiting ON anywise_outbox (seq) WHERE scheduled = 0 AND parked = 0;
      CREATE INDEX anywise_outbox_keys ON anywise_outbox (key, seq) WHERE scheduled = 0 AND parked = 0;
      CREATE INDEX anywise_outbox_held ON anywise_outbox (key, seq) WHERE attempts > 0;
      CREATE INDEX anywise_outbox_scheduled ON anywise_outbox (due_at) WHERE scheduled = 1;
      CREATE INDEX anywise_outbox_parked ON anywise_outbox (seq) WHERE parked = 1;

      CREATE TABLE anywise_inbox (
        seq         INTEGER PRIMARY KEY AUTOINCREMENT,
        listener    TEXT    NOT NULL,
        id          TEXT    NOT NULL,
        type        TEXT    NOT NULL,
        key         ANY     NOT NULL,
        envelope    TEXT,
        original    TEXT,
        state       TEXT    NOT NULL,
        at          INTEGER NOT NULL DEFAULT 0,
        attempts    INTEGER NOT NULL DEFAULT 0,
        lease       TEXT,
        holder      TEXT,
        last_error  TEXT,
        received_at INTEGER NOT NULL,
        UNIQUE (listener, id)
      ) STRICT;
      CREATE INDEX anywise_inbox_ready ON anywise_inbox (at, seq) WHERE state = 'ready';
      CREATE INDEX anywise_inbox_running ON anywise_inbox (at, holder) WHERE state = 'running';
      CREATE INDEX anywise_inbox_keys ON anywise_inbox (listener, key, seq) WHERE state IN ('ready', 'running', 'parked');
      CREATE INDEX anywise_inbox_dead ON anywise_inbox (seq) WHERE state IN ('dead', 'parked', 'blocking');
      CREATE INDEX anywise_inbox_blocking ON anywise_inbox (listener) WHERE state = 'blocking';

      CREATE TABLE anywise_reply (
        type        TEXT    NOT NULL,
        key         TEXT    NOT NULL,
        fingerprint TEXT    NOT NULL,
        reply       TEXT,
        kept_at     INTEGER NOT NULL,
        PRIMARY KEY (type, key)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE anywise_lease (
        name    TEXT    PRIMARY KEY,
        holder  TEXT    NOT NULL,
        epoch   INTEGER NOT NULL,
        ends_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;`,
  },
  {
    // Before, a row without a key had the bytes of its id as key, which equal no text, and two columns for its state. Messages
    // of the inbox were known by their id alone. Handled ones have no envelope that tells their source, and there may be
    // millions: they are left unchanged, in a table of their own, until the retention has passed.
    name: 'anywise/002-lanes',
    sql: `
      DROP INDEX anywise_outbox_waiting;
      DROP INDEX anywise_outbox_keys;
      DROP INDEX anywise_outbox_held;
      DROP INDEX anywise_outbox_scheduled;
      DROP INDEX anywise_outbox_parked;
      ALTER TABLE anywise_outbox RENAME COLUMN key TO lane;
      ALTER TABLE anywise_outbox ADD COLUMN state TEXT NOT NULL DEFAULT 'waiting';
      UPDATE anywise_outbox SET
        lane = CASE typeof(lane) WHEN 'text' THEN '=' || lane ELSE '-' || id END,
        state = CASE WHEN parked = 1 THEN 'parked' WHEN scheduled = 1 THEN 'scheduled' ELSE 'waiting' END;
      ALTER TABLE anywise_outbox DROP COLUMN scheduled;
      ALTER TABLE anywise_outbox DROP COLUMN parked;
      CREATE INDEX anywise_outbox_waiting ON anywise_outbox (seq) WHERE state = 'waiting';
      CREATE INDEX anywise_outbox_lanes ON anywise_outbox (lane, seq) WHERE state = 'waiting';
      CREATE INDEX anywise_outbox_held ON anywise_outbox (lane, seq) WHERE attempts > 0;
      CREATE INDEX anywise_outbox_scheduled ON anywise_outbox (due_at) WHERE state = 'scheduled';
      CREATE INDEX anywise_outbox_parked ON anywise_outbox (seq) WHERE state = 'parked';

      DROP INDEX anywise_inbox_ready;
      DROP INDEX anywise_inbox_running;
      DROP INDEX anywise_inbox_keys;
      DROP INDEX anywise_inbox_dead;
      DROP INDEX anywise_inbox_blocking;
      ALTER TABLE anywise_inbox RENAME TO anywise_inbox_before;
      CREATE TABLE anywise_inbox (
        seq         INTEGER PRIMARY KEY AUTOINCREMENT,
        listener    TEXT    NOT NULL,
        id          TEXT    NOT NULL,
        source      TEXT    NOT NULL,
        type        TEXT    NOT NULL,
        lane        TEXT    NOT NULL,
        envelope    TEXT,
        original    TEXT,
        state       TEXT    NOT NULL,
        at          INTEGER NOT NULL DEFAULT 0,
        attempts    INTEGER NOT NULL DEFAULT 0,
        is_alone    INTEGER NOT NULL DEFAULT 0,
        lease       TEXT,
        holder      TEXT,
        last_error  TEXT,
        failures    TEXT,
        received_at INTEGER NOT NULL,
        UNIQUE (listener, id, source)
      ) STRICT;
      INSERT INTO sqlite_sequence SELECT 'anywise_inbox', seq FROM sqlite_sequence WHERE name = 'anywise_inbox_before';
      INSERT INTO anywise_inbox
          (seq, listener, id, source, type, lane, envelope, original, state, at, attempts, lease, holder, last_error,
          received_at)
        SELECT seq, listener, id,
          CASE WHEN json_valid(coalesce(original, envelope)) AND json_type(coalesce(original, envelope), '$.source') = 'text'
            THEN json_extract(coalesce(original, envelope), '$.source') ELSE '' END,
          type, CASE typeof(key) WHEN 'text' THEN '=' || key ELSE '-' || id END,
          envelope, original, state, at, attempts, lease, holder, last_error, received_at
        FROM anywise_inbox_before WHERE state <> 'handled' ORDER BY seq;
      DELETE FROM anywise_inbox_before WHERE state <> 'handled';
      CREATE INDEX anywise_inbox_ready ON anywise_inbox (at, seq) WHERE state = 'ready';
      CREATE INDEX anywise_inbox_running ON anywise_inbox (listener, at, holder) WHERE state = 'running';
      CREATE INDEX anywise_inbox_lanes ON anywise_inbox (listener, lane, seq)
        WHERE state IN ('ready', 'running', 'parked');
      CREATE INDEX anywise_inbox_dead ON anywise_inbox (seq) WHERE state IN ('dead', 'parked', 'blocking');
      CREATE INDEX anywise_inbox_blocking ON anywise_inbox (listener) WHERE state = 'blocking';
      CREATE INDEX anywise_inbox_waiting ON anywise_inbox (listener, received_at) WHERE state = 'ready';
      CREATE INDEX anywise_inbox_dead_listeners ON anywise_inbox (listener) WHERE state IN ('dead', 'parked', 'blocking');`,
  },
  {
    name: 'anywise/003-owner',
    sql: `
      CREATE TABLE anywise_owner (
        one     INTEGER PRIMARY KEY CHECK (one = 1),
        service TEXT    NOT NULL
      ) STRICT;`,
  },
  {
    // What was handled before has no envelope that tells its conversation.
    name: 'anywise/004-observe',
    sql: `
      ALTER TABLE anywise_inbox ADD COLUMN correlation TEXT;
      ALTER TABLE anywise_inbox ADD COLUMN causation TEXT;
      ALTER TABLE anywise_outbox ADD COLUMN correlation TEXT;
      ALTER TABLE anywise_outbox ADD COLUMN causation TEXT;
      UPDATE anywise_inbox SET
        correlation = coalesce(CASE json_type(coalesce(original, envelope), '$.correlationid') WHEN 'text'
          THEN json_extract(coalesce(original, envelope), '$.correlationid') END, id),
        causation = CASE json_type(coalesce(original, envelope), '$.causationid') WHEN 'text'
          THEN json_extract(coalesce(original, envelope), '$.causationid') END
        WHERE json_valid(coalesce(original, envelope));
      UPDATE anywise_outbox SET
        correlation = coalesce(CASE json_type(envelope, '$.correlationid') WHEN 'text'
          THEN json_extract(envelope, '$.correlationid') END, id),
        causation = CASE json_type(envelope, '$.causationid') WHEN 'text' THEN json_extract(envelope, '$.causationid') END
        WHERE json_valid(envelope);
      CREATE INDEX anywise_inbox_correlation ON anywise_inbox (correlation) WHERE correlation IS NOT NULL;
      CREATE INDEX anywise_outbox_correlation ON anywise_outbox (correlation) WHERE state IN ('scheduled', 'parked');
      DROP INDEX anywise_inbox_waiting;
      CREATE INDEX anywise_inbox_waiting ON anywise_inbox (listener, seq) WHERE state = 'ready';

      CREATE TABLE anywise_process (
        holder      TEXT    PRIMARY KEY,
        service     TEXT    NOT NULL,
        version     TEXT,
        host        TEXT    NOT NULL,
        pid         INTEGER NOT NULL,
        concurrency INTEGER NOT NULL,
        description TEXT    NOT NULL,
        started_at  INTEGER NOT NULL,
        seen_at     INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE anywise_action (
        seq    INTEGER PRIMARY KEY AUTOINCREMENT,
        at     INTEGER NOT NULL,
        who    TEXT    NOT NULL,
        what   TEXT    NOT NULL,
        target TEXT    NOT NULL,
        count  INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX anywise_action_at ON anywise_action (at);`,
  },
  {
    name: 'anywise/005-events',
    sql: `
      CREATE TABLE anywise_event (
        seq      INTEGER PRIMARY KEY AUTOINCREMENT,
        stream   TEXT    NOT NULL,
        version  INTEGER NOT NULL,
        type     TEXT    NOT NULL,
        envelope TEXT,
        UNIQUE (stream, version)
      ) STRICT;
      CREATE TABLE anywise_snapshot (
        stream  TEXT    PRIMARY KEY,
        version INTEGER NOT NULL,
        shape   INTEGER NOT NULL,
        state   TEXT    NOT NULL
      ) STRICT, WITHOUT ROWID;`,
  },
  {
    name: 'anywise/007-projections',
    sql: `
      CREATE TABLE anywise_projection (
        name       TEXT    NOT NULL,
        version    INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        state      TEXT    NOT NULL,
        position   INTEGER NOT NULL,
        tables     TEXT,
        failed_at  INTEGER,
        last_error TEXT,
        seen_at    INTEGER NOT NULL,
        PRIMARY KEY (name, version, generation)
      ) STRICT, WITHOUT ROWID;`,
  },
  {
    name: 'anywise/008-sagas',
    sql: `
      CREATE TABLE anywise_saga (
        name       TEXT    NOT NULL,
        key        TEXT    NOT NULL,
        status     TEXT    NOT NULL,
        shape      INTEGER NOT NULL,
        revision   INTEGER NOT NULL,
        state      TEXT,
        timeouts   TEXT    NOT NULL,
        created_at INTEGER NOT NULL,
        changed_at INTEGER NOT NULL,
        ended_at   INTEGER,
        PRIMARY KEY (name, key)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX anywise_saga_changed ON anywise_saga (changed_at);
      CREATE INDEX anywise_saga_open ON anywise_saga (name, status) WHERE status <> 'ended';
      CREATE INDEX anywise_saga_ended ON anywise_saga (ended_at) WHERE status = 'ended';
      CREATE TABLE anywise_saga_step (
        name       TEXT    NOT NULL,
        key        TEXT    NOT NULL,
        n          INTEGER NOT NULL,
        message_id TEXT    NOT NULL,
        type       TEXT    NOT NULL,
        outcome    TEXT    NOT NULL,
        state      TEXT,
        caused     TEXT    NOT NULL,
        envelope   TEXT,
        at         INTEGER NOT NULL,
        PRIMARY KEY (name, key, n)
      ) STRICT, WITHOUT ROWID;`,
  },
  {
    name: 'anywise/009-process-health',
    sql: `
      ALTER TABLE anywise_process ADD COLUMN lag INTEGER;
      ALTER TABLE anywise_process ADD COLUMN lag_is_more INTEGER;
      ALTER TABLE anywise_process ADD COLUMN clock_skew_ms INTEGER;`,
  },
  {
    // Old replies are looked for once a minute, however many are kept.
    name: 'anywise/010-replies',
    sql: 'CREATE INDEX anywise_reply_kept ON anywise_reply (kept_at);',
  },
  {
    name: 'anywise/011-projection-faults',
    sql: `
      ALTER TABLE anywise_projection ADD COLUMN parked INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE anywise_projection ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0;
      CREATE TABLE anywise_projection_fault (
        name          TEXT    NOT NULL,
        version       INTEGER NOT NULL,
        generation    INTEGER NOT NULL,
        position      INTEGER NOT NULL,
        stream        TEXT    NOT NULL,
        event_version INTEGER NOT NULL,
        type          TEXT    NOT NULL,
        state         TEXT    NOT NULL,
        error         TEXT,
        at            INTEGER NOT NULL,
        PRIMARY KEY (name, version, generation, position)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX anywise_projection_fault_parked ON anywise_projection_fault (name, version, generation, stream, position)
        WHERE state <> 'skipped';
      CREATE INDEX anywise_projection_fault_due ON anywise_projection_fault (name, version, generation, position)
        WHERE state = 'due';
      CREATE INDEX anywise_projection_fault_failed ON anywise_projection_fault (name, version, generation, position)
        WHERE error IS NOT NULL;`,
  },
];
