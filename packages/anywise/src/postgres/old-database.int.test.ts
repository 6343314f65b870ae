import { expect, it } from '@jest/globals';
import type { Envelope } from '../core/message/envelope.js';
import type { Store } from '../core/ports/store.js';
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
import {
  describeWithPostgres,
  inTestSchemas,
  testPostgresUrl,
  withTestDatabase,
} from '../test-support/test-postgres.js';
import type { Session } from './session.js';
import { beginIn, quoted } from './sql.js';
import { postgresStore } from './store.js';
import { postgresTransport } from './transport.js';

const url = testPostgresUrl;

/** The tables as they were before `anywise/002-lanes`. */
const oldStoreSql = `
  CREATE TABLE anywise_migration (name TEXT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL);
  INSERT INTO anywise_migration VALUES ('anywise/001-store', clock_timestamp());

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
  );`;

/** The tables of the transport, as they are and were. */
const oldTransportSql = `
  CREATE TABLE anywise_migration (name TEXT PRIMARY KEY, applied_at TIMESTAMPTZ NOT NULL);
  INSERT INTO anywise_migration VALUES ('anywise/001-transport', clock_timestamp());
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
  );`;

function oldLane(key: string | undefined, id: string): string {
  return key === undefined ? `-${id}` : `=${key}`;
}

/** Makes a schema with these tables. */
async function write(schema: string, sql: string, fill: (session: Session) => Promise<void>): Promise<void> {
  await withTestDatabase(async (database) => {
    await database.query({ text: `CREATE SCHEMA ${quoted(schema)}` });
    const session = await database.begin(beginIn(schema));
    await session.client.query(sql);
    await fill(session);
    await session.commit();
  });
}

async function writeOutbox(session: Session, rows: readonly OldOutboxRow[]): Promise<void> {
  const text = `
    INSERT INTO anywise_outbox (id, lane, envelope, state, created_at, due_at, attempts, last_error)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;
  for (const { envelope, key, state, dueAt, attempts, error } of rows) {
    const kept = [JSON.stringify(envelope), state, Date.now(), dueAt, attempts, error];
    await session.query({ text }, envelope.id, oldLane(key, envelope.id), ...kept);
  }
}

async function writeInbox(session: Session, rows: readonly OldInboxRow[]): Promise<void> {
  const text = `
    INSERT INTO anywise_inbox
      (listener, id, type, key, lane, envelope, original, state, at, attempts, lease, holder, last_error, received_at)
    VALUES ($1, $2, 'test.happened', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`;
  for (const row of rows) {
    const { listener, id, key, original, state, at, attempts, lease, holder, error } = row;
    const envelope = oldInboxJson(row);
    const kept = [envelope, original, state, at, attempts, lease, holder, error, Date.now()];
    await session.query({ text }, listener, id, key ?? null, oldLane(key, id), ...kept);
  }
}

async function writeStore(
  schema: string,
  outbox: readonly OldOutboxRow[],
  inbox: readonly OldInboxRow[],
): Promise<void> {
  await write(schema, oldStoreSql, async (session) => {
    await writeOutbox(session, outbox);
    await writeInbox(session, inbox);
    const { type, key, fingerprint, reply } = oldReply;
    const text = 'INSERT INTO anywise_reply VALUES ($1, $2, $3, $4, $5)';
    await session.query({ text }, type, key, fingerprint, reply, Date.now());
    const { holder, epoch, endsAt } = oldLease;
    await session.query({ text: `INSERT INTO anywise_lease VALUES ('relay', $1, $2, $3)` }, holder, epoch, endsAt);
  });
}

async function writeLog(schema: string, log: readonly Envelope[]): Promise<void> {
  await write(schema, oldTransportSql, async (session) => {
    const text = 'INSERT INTO anywise_message (type, kind, envelope, published_at) VALUES ($1, $2, $3, $4)';
    for (const { type, kind, ...envelope } of log) {
      await session.query({ text }, type, kind, JSON.stringify({ type, kind, ...envelope }), Date.now());
    }
    const { name, types, position } = oldConsumer;
    const insert = 'INSERT INTO anywise_consumer VALUES ($1, $2, $3, $4)';
    await session.query({ text: insert }, name, types, position, Date.now());
  });
}

/** Runs work with several stores that are opened at once on old tables, each with connections of its own. */
async function inOldStore(
  count: number,
  inbox: readonly OldInboxRow[],
  work: (store: Store) => Promise<void>,
): Promise<void> {
  await inTestSchemas(async (schema) => {
    await writeStore(schema('store'), oldOutbox, inbox);
    const stores = Array.from({ length: count }, () => postgresStore({ url, schema: schema('store') }));
    try {
      await Promise.all(stores.map((store) => store.check()));
      for (const store of stores.slice(0, 1)) await work(store);
    } finally {
      await Promise.all(stores.map((store) => store.close()));
    }
  });
}

describeWithPostgres('a PostgreSQL schema of the version before', () => {
  it('sends what waits, is due or was parked, in order', () => inOldStore(1, oldInbox, expectOutboxGoesOn));
  it('handles what waits, was running or is replayed, in order', () => inOldStore(1, oldInbox, expectInboxGoesOn));
  it('keeps its replies', () => inOldStore(1, oldInbox, expectReplyIsKept));
  it('is brought along by one of several processes that start at once', () =>
    inOldStore(5, oldInbox, expectOutboxGoesOn));

  it('holds up nothing with a parked message that has no key', () => {
    const [row] = oldInbox.filter(({ state }) => state === 'parked');
    const parked = row === undefined ? [] : [{ ...row, key: undefined }];
    return inOldStore(1, parked, async (store) => {
      expect(await store.deadLetters.list({}, { limit: 10 })).toMatchObject([{ key: undefined, holdsUp: 'nothing' }]);
      expect(await store.deadLetters.replay({})).toBe(1);
    });
  });

  it('lets services go on where they were', () =>
    inTestSchemas(async (schema) => {
      await writeStore(schema('payments'), oldWaiting, []);
      await writeLog(schema('bus'), oldLog);
      const store = postgresStore({ url, schema: schema('payments') });
      await expectServicesGoOn(store, () => postgresTransport({ url, schema: schema('bus') }));
    }));
});
