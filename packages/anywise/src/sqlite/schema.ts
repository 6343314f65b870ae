import { AnywiseError } from '../core/errors/errors.js';
import { errorText } from '../core/errors/thrown.js';
import type { Migration } from '../core/ports/sql.js';
import { planMigrations, type AppliedMigration, type ReadMigration } from '../kit/migrations.js';
import type { Connection } from './client.js';
import type { Writer } from './writer.js';

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
];

/**
 * The tables of the transport: a log, how far each consumer has read it, and which of its instances reads. Versions of a service that want different types
 * have separate positions: while both run, the older one must not skip messages that only the newer one wants.
 */
export const transportMigrations: readonly Migration[] = [
  {
    name: 'anywise/001-transport',
    sql: `
      CREATE TABLE message (
        seq          INTEGER PRIMARY KEY AUTOINCREMENT,
        type         TEXT    NOT NULL,
        kind         TEXT    NOT NULL,
        envelope     TEXT    NOT NULL,
        published_at INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE consumer (
        name     TEXT    NOT NULL,
        types    TEXT    NOT NULL,
        position INTEGER NOT NULL,
        read_at  INTEGER NOT NULL,
        PRIMARY KEY (name, types)
      ) STRICT, WITHOUT ROWID;`,
  },
  {
    name: 'anywise/002-transport',
    sql: `
      ALTER TABLE message RENAME TO anywise_message;
      ALTER TABLE consumer RENAME TO anywise_consumer;`,
  },
  {
    name: 'anywise/003-reader',
    sql: `
      ALTER TABLE anywise_consumer ADD COLUMN holder TEXT NOT NULL DEFAULT '';`,
  },
];

/**
 * Applies pending migrations, all in one transaction, safely if several processes start at once.
 *
 * @throws AnywiseError (`UNAVAILABLE`) that names the migration which failed, (`INVALID_MIGRATION`) the one that was changed
 * or is missing.
 */
export async function migrate(connection: Connection, writer: Writer, migrations: readonly Migration[]): Promise<void> {
  await writer.run(() => {
    makeTable(connection);
    const applied = connection.all<AppliedMigration>('SELECT name, hash FROM anywise_migration ORDER BY rowid');
    const { apply, record } = planMigrations(migrations, applied);
    for (const { name, hash } of record) {
      connection.run('UPDATE anywise_migration SET hash = ? WHERE name = ?', hash, name);
    }
    for (const migration of apply) applyOne(connection, migration);
  });
}

function makeTable(connection: Connection): void {
  connection.exec(
    'CREATE TABLE IF NOT EXISTS anywise_migration (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL, hash TEXT) STRICT',
  );
  const hash = connection.get("SELECT 1 FROM pragma_table_info('anywise_migration') WHERE name = 'hash'");
  if (hash === undefined) connection.exec('ALTER TABLE anywise_migration ADD COLUMN hash TEXT');
}

function applyOne(connection: Connection, { name, sql, hash }: ReadMigration): void {
  try {
    connection.exec(sql);
    connection.run(`INSERT INTO anywise_migration VALUES (?, datetime('now'), ?)`, name, hash);
  } catch (cause) {
    throw new AnywiseError(
      'UNAVAILABLE',
      `The migration \`${name}\` failed (${errorText(cause)}). Nothing was applied; correct it and start again.`,
      { cause },
    );
  }
}
