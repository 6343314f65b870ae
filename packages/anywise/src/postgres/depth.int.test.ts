import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeptPlans, readsOf, type Reads } from '../test-support/postgres-plan.js';
import { testEntry, testEnvelope } from '../testing/envelopes.js';
import {
  describeWithPostgres,
  inTestSchemas,
  testPostgresUrl,
  withTestDatabase,
} from '../test-support/test-postgres.js';
import { findCandidatesSql, findHiddenSql, windowFor } from './claimable.js';
import { addSql, addValues } from './entries.js';
import { finishAllSql, finishSql } from './finish.js';
import { inboxStatements } from './inbox.js';
import { logLock, logStatements, trimBatch } from './log.js';
import { settleSql, written } from './outbox.js';
import { deleteHandledSql } from './retention.js';
import { directSql, directValues } from './direct.js';
import { admitAndFindSql, findHiddenSql as findHiddenOutboxSql } from './sendable.js';
import { moveSql } from './shortcut.js';
import { channelOf } from './signal.js';
import { quoted } from './sql.js';
import { inboxStatusSql, outboxStatusSql } from './status.js';
import { postgresStore } from './store.js';
import { postgresTransport } from './transport.js';

const million = 1_000_000;
const runsMillion = process.env.ANYWISE_TEST_MILLION === '1';
const keys = 100_000;
const listener = 'orders/on-paid';
const limit = 100;
/** Filling it takes minutes on a machine that is busy. */
const timeoutMs = 900_000;

const ids = (from: number, count: number): string[] => Array.from({ length: count }, (_, n) => `m${from + n}`);
const same = (value: string, count: number): string[] => Array.from({ length: count }, () => value);
const refs = (from: number, count: number): string[][] => [
  same(listener, count),
  ids(from, count),
  same('/test', count),
];

/** Names what a statement has to find; `most` is how many pages it may read for it, however many rows there are. */
interface Looked {
  readonly name: string;
  readonly sql: (store: string, bus: string) => string;
  readonly values: (busName: string) => readonly unknown[];
  readonly most: number;
}

const look = (name: string, most: number, sql: Looked['sql'], ...values: readonly unknown[]): Looked => {
  return { name, most, sql, values: () => values };
};

const held = [...refs(1, limit), same('lease', limit)];
const hourMs = 3_600_000;
const arrivals = addValues(
  ids(2_000_000, limit).map((id) => testEntry({ listener, id, key: id })),
  'lease',
  { listeners: new Map([[listener, limit]]), holder: 'holder', limit, leaseMs: 30_000 },
);
const one = [listener, 'm1', '/test', 'lease'];

const events = ids(3_000_000, limit).map((id, n) => written(testEnvelope({ id, subject: String(n) })));

/** In an order in which each finds what it is to change. */
const statements: readonly Looked[] = [
  look('find candidates', 25 * limit, findCandidatesSql, [listener], limit, windowFor(limit), 'holder'),
  look('take in', 40 * limit, addSql, ...arrivals),
  look('find candidates behind the oldest', 40 * 256, findHiddenSql, [listener], [''], 256),
  look('claim', 40 * limit, (store) => inboxStatements(store).take.text, ...refs(1, limit), 30_000, 'lease', 'holder'),
  look('extend', 40 * limit, (store) => inboxStatements(store).extend.text, ...held, 30_000, false),
  look('retry', 80, (store) => inboxStatements(store).retry.text, ...one, 0, 0, 'broken', 'Error', null),
  look(
    'bury',
    80,
    (store) => inboxStatements(store).bury.text,
    listener,
    'm2',
    '/test',
    'lease',
    'dead',
    'broken',
    'Error',
    null,
  ),
  look('finish', 80, finishSql, listener, 'm3', '/test', 'lease'),
  look('finish a batch', 40 * limit, finishAllSql, ...refs(4, 50), same('lease', 50)),
  look('release', 40 * limit, (store) => inboxStatements(store).release.text, ...held),
  look(
    'claim a line',
    80 * limit,
    (store) => inboxStatements(store).takeLine.text,
    ...refs(1_000, 50),
    30_000,
    'lease',
    'holder',
    limit,
    4_194_304,
  ),
  look('count the inbox', 40 * 1_001, inboxStatusSql, 1_001),
  look('count the outbox', 20 * 1_001, outboxStatusSql, 1_001),
  look('find what may be sent', 40 * limit, admitAndFindSql, limit, 2 * limit),
  look('find what may be sent behind the oldest', 40 * 512, findHiddenOutboxSql, limit, '', 512),
  look(
    'settle',
    40 * limit,
    settleSql,
    'holder',
    1,
    Array.from({ length: limit }, (_, n) => n + 1),
    [],
    [],
    [],
  ),
  {
    name: 'move to the log',
    most: 80 * limit,
    sql: (store, bus) => moveSql(store, bus),
    values: (name) => [limit, 2 * limit, 'holder', 1, 1_048_576, logLock(name), channelOf('transport', name)],
  },
  {
    name: 'publish to the log',
    most: 40 * limit,
    sql: (store, bus) => directSql(store, bus),
    values: (name) => [
      ...directValues(
        events,
        events.map(() => true),
      ),
      logLock(name),
      channelOf('transport', name),
    ],
  },
  look(
    'delete old handled ones',
    40 * limit,
    (store) => deleteHandledSql(`${store}.anywise_inbox`, 'listener, id, source'),
    0,
  ),
  look('count what waits in the log', 1_001, (_, bus) => logStatements(bus).lag.text, 'orders', '[]', ['t'], 1_000),
  look(
    'read the log',
    10 * 1_000,
    (_, bus) => logStatements(bus).page.text,
    'orders',
    '[]',
    ['test.happened'],
    1_048_576,
    'holder',
  ),
  look('trim the log', 40 * trimBatch, (_, bus) => logStatements(bus).trim.text, hourMs, hourMs),
];

/** The unquoted names of the schemas. */
interface Names {
  readonly store: string;
  readonly bus: string;
}

async function fill(schema: string, bus: string, rows: number): Promise<void> {
  const texts = [
    `INSERT INTO ${schema}.anywise_inbox (listener, id, source, type, lane, envelope, state, at, received_at)
     SELECT '${listener}', 'm' || n, '/test', 'test.happened', '=' || (n % ${keys}), '{}', 'ready', 0, 0
     FROM generate_series(1, $1) AS n`,
    `INSERT INTO ${schema}.anywise_outbox (id, lane, envelope, created_at)
     SELECT 'm' || n, '=' || (n % ${keys}), '{"type":"test.happened","kind":"event"}', 0
     FROM generate_series(1, $1) AS n`,
    `INSERT INTO ${bus}.anywise_message (type, kind, envelope, published_at)
     SELECT 'test.happened', 'event', '{}', 0 FROM generate_series(1, $1) AS n`,
  ];
  await withTestDatabase(async (database) => {
    for (const text of texts) await database.query({ text, timeoutMs }, rows);
    await database.query({
      text: `INSERT INTO ${schema}.anywise_lease (name, holder, epoch, ends_at) VALUES ('relay', 'holder', 1, 0)`,
    });
    await database.query({
      text: `INSERT INTO ${bus}.anywise_consumer (name, types, position, read_at, holder) VALUES ('orders', '[]', 0, 0, 'holder')`,
    });
  });
}

/** Those that a connection plans once. */
const kept = statements.filter(({ name }) =>
  [
    'find candidates',
    'take in',
    'find candidates behind the oldest',
    'claim',
    'finish',
    'claim a line',
    'find what may be sent',
    'find what may be sent behind the oldest',
    'settle',
    'move to the log',
    'publish to the log',
    'read the log',
  ].includes(name),
);

/** Tables of which the statistics know nothing. `begin` is called before they are filled. */
function inFilled(rows: number, begin: (names: Names) => Promise<void>): () => Names {
  let names: Names = { store: '', bus: '' };
  let end: () => void = () => undefined;
  let running: Promise<void> | undefined;
  beforeAll(async () => {
    await new Promise<void>((resolve, reject) => {
      running = inTestSchemas(async (schema) => {
        names = { store: schema('store'), bus: schema('bus') };
        const store = postgresStore({ url: testPostgresUrl, schema: names.store });
        const transport = postgresTransport({ url: testPostgresUrl, schema: names.bus });
        await Promise.all([store.check(), transport.check()]);
        await Promise.all([store.close(), transport.close()]);
        await withTestDatabase((database) => database.query({ text: `ANALYZE ${quoted(names.store)}.anywise_inbox` }));
        await begin(names);
        await fill(quoted(names.store), quoted(names.bus), rows);
        const ended = new Promise<void>((done) => (end = done));
        resolve();
        await ended;
      });
      running.catch(reject);
    });
  }, timeoutMs);
  afterAll(async () => {
    end();
    await running;
  }, timeoutMs);
  return () => names;
}

function expectFew({ pages, scanned }: Reads, most: number, rows: number): void {
  expect(pages).toBeLessThanOrEqual(most);
  // It has a row for each service.
  if (rows > 0) expect(scanned.filter((table) => table !== 'anywise_consumer')).toEqual([]);
}

function describeDepth(rows: number): void {
  describe(`with ${rows} rows that wait, of which its statistics know nothing`, () => {
    const namesOf = inFilled(rows, async () => undefined);

    it.each(statements)('to $name reads no more than $most pages', async ({ sql, values, most }) => {
      const names = namesOf();
      const text = sql(quoted(names.store), quoted(names.bus));
      expectFew(await readsOf(text, ...values(names.bus)), most, rows);
    });
  });

  describe(`with ${rows} rows that wait, by a plan from when there were none`, () => {
    let plans: KeptPlans | undefined;
    // Before the tables are dropped, which its transaction has locked.
    afterAll(() => plans?.end());
    inFilled(rows, async ({ store, bus }) => {
      plans = await KeptPlans.of(
        kept.map(({ sql, values }) => ({ text: sql(quoted(store), quoted(bus)), values: values(bus) })),
      );
    });
    it.each(kept.map(({ name, most }, nth) => ({ name, most, nth })))(
      'to $name reads no more than $most pages',
      async ({ most, nth }) => {
        if (plans === undefined) throw new Error('Nothing was planned.');
        expectFew(await plans.reads(nth), most, rows);
      },
    );
  });
}

describeWithPostgres('a statement on PostgreSQL', () => {
  describeDepth(0);
  describeDepth(2_000);
  if (runsMillion) describeDepth(million);
  else it.skip(`with ${million} rows (skipped: it takes minutes; set ANYWISE_TEST_MILLION=1)`, () => undefined);
});
