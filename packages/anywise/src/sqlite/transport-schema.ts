import type { Migration } from '../core/ports/sql.js';

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
