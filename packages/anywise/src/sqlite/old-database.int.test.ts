import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { Envelope } from '../core/message/envelope.js';
import type { SqlValue } from '../core/ports/sql.js';
import {
  expectInboxGoesOn,
  expectOutboxGoesOn,
  expectReplyIsKept,
  expectServicesGoOn,
  oldConsumer,
  oldInbox,
  oldInboxJson,
  oldLease,
  oldLog,
  oldOutbox,
  oldReply,
  oldWaiting,
  type OldInboxRow,
  type OldOutboxRow,
} from '../test-support/old-database.js';
import { inTempFolder } from '../testing/temp-folder.js';
import { defaultDriver, type SqliteClient } from './client.js';
import { sqliteStore } from './store.js';
import { sqliteTransport } from './transport.js';

/** The tables as they were before `anywise/002-lanes`. */
const oldStoreSql = `
  CREATE TABLE anywise_migration (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL) STRICT;
  INSERT INTO anywise_migration VALUES ('anywise/001-store', datetime('now'));

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
  ) STRICT, WITHOUT ROWID;`;

/** The tables as they were before `anywise/002-transport`. */
const oldTransportSql = `
  CREATE TABLE anywise_migration (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL) STRICT;
  INSERT INTO anywise_migration VALUES ('anywise/001-transport', datetime('now'));
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
  ) STRICT, WITHOUT ROWID;`;

/** A key as it was kept: without one, the id as bytes. */
function oldKey(key: string | undefined, id: string): SqlValue {
  return key ?? Buffer.from(id);
}

async function write(path: string, sql: string, fill: (client: SqliteClient) => void): Promise<void> {
  const client = (await defaultDriver())(path);
  client.exec('PRAGMA journal_mode = WAL');
  client.exec(sql);
  fill(client);
  client.close();
}

function writeOutbox(client: SqliteClient, rows: readonly OldOutboxRow[]): void {
  const insert = client.prepare(`
    INSERT INTO anywise_outbox (id, key, envelope, created_at, due_at, attempts, scheduled, parked, last_error)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  for (const { envelope, key, state, dueAt, attempts, error } of rows) {
    const states = [state === 'scheduled' ? 1 : 0, state === 'parked' ? 1 : 0];
    const { id } = envelope;
    insert.run(id, oldKey(key, id), JSON.stringify(envelope), Date.now(), dueAt, attempts, ...states, error);
  }
}

function writeInbox(client: SqliteClient, rows: readonly OldInboxRow[]): void {
  const insert = client.prepare(`
    INSERT INTO anywise_inbox
      (listener, id, type, key, envelope, original, state, at, attempts, lease, holder, last_error, received_at)
    VALUES (?, ?, 'test.happened', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  for (const row of rows) {
    const { listener, id, key, original, state, at, attempts, lease, holder, error } = row;
    const envelope = oldInboxJson(row);
    const kept = [envelope, original, state, at, attempts, lease, holder, error, Date.now()];
    insert.run(listener, id, oldKey(key, id), ...kept);
  }
}

async function writeStore(path: string, outbox: readonly OldOutboxRow[], inbox: readonly OldInboxRow[]): Promise<void> {
  await write(path, oldStoreSql, (client) => {
    writeOutbox(client, outbox);
    writeInbox(client, inbox);
    const { type, key, fingerprint, reply } = oldReply;
    client.prepare('INSERT INTO anywise_reply VALUES (?, ?, ?, ?, ?)').run(type, key, fingerprint, reply, Date.now());
    const { holder, epoch, endsAt } = oldLease;
    client.prepare(`INSERT INTO anywise_lease VALUES ('relay', ?, ?, ?)`).run(holder, epoch, endsAt);
  });
}

async function writeLog(path: string, log: readonly Envelope[]): Promise<void> {
  await write(path, oldTransportSql, (client) => {
    const insert = client.prepare('INSERT INTO message (type, kind, envelope, published_at) VALUES (?, ?, ?, ?)');
    for (const envelope of log) insert.run(envelope.type, envelope.kind, JSON.stringify(envelope), Date.now());
    const { name, types, position } = oldConsumer;
    client.prepare('INSERT INTO consumer VALUES (?, ?, ?, ?)').run(name, types, position, Date.now());
  });
}

/** Runs a module in a process of its own, with the paths as its arguments. */
async function runProcess(module: string, ...args: readonly string[]): Promise<string> {
  // Node 22 warns of the SQLite that it has built in.
  const quiet = '--disable-warning=ExperimentalWarning';
  const options = [quiet, '--import', 'tsx', '--conditions=@anywise/source', '--input-type=module', '--eval', module];
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const child = spawn(process.execPath, [...options, ...args], { cwd });
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return `${output}${errors}${String(await exited)}`;
}

describe('an SQLite database of the version before', () => {
  const inOldStore = (check: (store: ReturnType<typeof sqliteStore>) => Promise<void>) => (): Promise<void> =>
    inTempFolder(async (folder) => {
      const path = join(folder, 'payments.db');
      await writeStore(path, oldOutbox, oldInbox);
      const store = sqliteStore({ path });
      await store.check();
      try {
        await check(store);
      } finally {
        await store.close();
      }
    });

  it('sends what waits, is due or was parked, in order', inOldStore(expectOutboxGoesOn));
  it('handles what waits, was running or is replayed, in order', inOldStore(expectInboxGoesOn));
  it('keeps its replies', inOldStore(expectReplyIsKept));

  it('numbers what comes as before', () =>
    inTempFolder(async (folder) => {
      const path = join(folder, 'payments.db');
      await writeStore(path, oldOutbox, oldInbox);
      const client = (await defaultDriver())(path);
      client.exec('DELETE FROM anywise_outbox');
      client.close();
      const store = sqliteStore({ path });
      await store.check();
      const transaction = store.begin({ readOnly: false });
      await transaction.append({ outgoing: oldLog.slice(0, 1) });
      await transaction.commit();
      const { rows } = await store.outbox.sendable(10);
      await store.close();
      expect(rows.map(({ seq }) => seq)).toEqual([oldOutbox.length + 1]);
    }));

  it('lets services go on where they were', () =>
    inTempFolder(async (folder) => {
      const [store, log] = [join(folder, 'payments.db'), join(folder, 'bus.db')];
      await writeStore(store, oldWaiting, []);
      await writeLog(log, oldLog);
      await expectServicesGoOn(sqliteStore({ path: store }), () => sqliteTransport({ path: log }));
    }));

  it('is brought along by one of several processes that start at once', () =>
    inTempFolder(async (folder) => {
      const paths = [join(folder, 'payments.db'), join(folder, 'bus.db')] as const;
      await writeStore(paths[0], oldOutbox, oldInbox);
      await writeLog(paths[1], oldLog);
      const module = `
        import { sqliteStore, sqliteTransport } from 'anywise/sqlite';
        const parts = [sqliteStore({ path: process.argv[1] }), sqliteTransport({ path: process.argv[2] })];
        await Promise.all(parts.map((part) => part.check()));
        await Promise.all(parts.map((part) => part.close()));`;
      const outcomes = await Promise.all([1, 2, 3].map(() => runProcess(module, ...paths)));
      expect(outcomes).toEqual(['0', '0', '0']);
      const store = sqliteStore({ path: paths[0] });
      await store.check();
      await expectOutboxGoesOn(store);
      await store.close();
    }));
});
