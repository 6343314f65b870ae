import type { Migration } from '../core/ports/sql.js';

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
  {
    name: 'anywise/004-responder',
    sql: `
      ALTER TABLE anywise_responder ADD COLUMN holder_pid INTEGER;`,
  },
  {
    name: 'anywise/006-log-vacuum',
    sql: `
      ALTER TABLE anywise_message SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);`,
  },
];
