import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { Store } from '../core/ports/store.js';
import { describeWithPostgres, testPostgresUrl, withTestDatabase } from '../test-support/test-postgres.js';
import { testEntry, testEnvelope } from '../testing/envelopes.js';
import { postgresStore } from './store.js';

const perRound = 500;
const [early, late] = [20, 40];
const data = 'x'.repeat(500);
const bytesOfOne = JSON.stringify(testEnvelope({ data })).length;
/** The bytes of the messages between the two sizes. Of a round or two, dead rows may be left: other databases can hold up a vacuum. */
const passed = bytesOfOne * perRound * (late - early);
const tables = ['anywise_inbox', 'anywise_outbox'] as const;

type Sizes = Readonly<Record<(typeof tables)[number], number>>;

interface World {
  readonly store: Store;
  /** Removes dead rows, as the server does by itself after so many of them. */
  readonly vacuum: () => Promise<void>;
  /** The bytes of each table and its indexes. */
  readonly sizes: () => Promise<Sizes>;
}

/** A store in a database of its own: no transaction of other tests keeps dead rows. */
async function inOwnDatabase(work: (world: World) => Promise<void>): Promise<void> {
  const name = `anywise_growth_${randomBytes(4).toString('hex')}`;
  const url = new URL(testPostgresUrl);
  url.pathname = name;
  await withTestDatabase((server) => server.query({ text: `CREATE DATABASE ${name}` }));
  try {
    await withTestDatabase(async (database) => {
      const store = postgresStore({ url: url.href, schema: 'shop' });
      await store.check();
      const bytesOf = async (table: string): Promise<number> => {
        const text = 'SELECT pg_total_relation_size($1::regclass) AS bytes';
        return (await database.query<{ bytes: number }>({ text }, `shop.${table}`)).rows[0]?.bytes ?? 0;
      };
      const vacuum = async (): Promise<void> => {
        for (const table of tables) await database.query({ text: `VACUUM shop.${table}` });
      };
      // What the server analyses by itself keeps dead rows for a round, so a size would depend on when it did.
      for (const table of tables) {
        await database.query({ text: `ALTER TABLE shop.${table} SET (autovacuum_enabled = off)` });
      }
      const sizes = async (): Promise<Sizes> => ({
        anywise_inbox: await bytesOf('anywise_inbox'),
        anywise_outbox: await bytesOf('anywise_outbox'),
      });
      try {
        await work({ store, vacuum, sizes });
      } finally {
        await store.close();
      }
    }, url.href);
  } finally {
    await withTestDatabase((server) => server.query({ text: `DROP DATABASE ${name} WITH (FORCE)` }));
  }
}

/** Messages leave through the outbox, and as many others arrive and are handled. */
async function pass(store: Store, round: number): Promise<void> {
  const ids = Array.from({ length: perRound }, (_, n) => `m${round * perRound + n}`);
  const publishing = store.begin({ readOnly: false });
  await publishing.append({ outgoing: ids.map((id) => testEnvelope({ id, subject: id, data })) });
  await publishing.commit();
  const lease = await store.outbox.lease('relay', 3_600_000);
  expect(lease).toBeDefined();
  for (let hasMore = true; hasMore;) {
    const { rows } = await store.outbox.sendable(perRound);
    hasMore = rows.length > 0;
    const outcomes = rows.map(({ seq }) => ({ seq, outcome: 'confirmed' as const }));
    expect(lease !== undefined && (await store.outbox.settle(lease, outcomes))).toBe(true);
  }
  const json = JSON.stringify(testEnvelope({ data }));
  const entries = ids.map((id) => testEntry({ id, key: id, json }));
  const listeners = new Map(entries.map(({ listener }) => [listener, perRound]));
  const claims = await store.inbox.add(entries, { listeners, holder: 'here', limit: perRound, leaseMs: 3_600_000 });
  expect(claims).toHaveLength(perRound);
  expect(await store.begin({ readOnly: false }).commit({ claims })).toBe(true);
}

/** The sizes early and late, while the rounds go on. */
async function grow(world: World, each: () => Promise<void>): Promise<readonly [Sizes, Sizes]> {
  const until = async (from: number, to: number): Promise<Sizes> => {
    for (let round = from; round < to; round++) {
      await pass(world.store, round);
      await each();
      await world.vacuum();
    }
    return world.sizes();
  };
  return [await until(0, early), await until(early, late)];
}

const timeoutMs = 600_000;

describeWithPostgres('the tables of a PostgreSQL store that messages pass through', () => {
  it(
    'stop growing, with all of their indexes, where what was handled is deleted after a time',
    () =>
      inOwnDatabase(async (world) => {
        const [before, after] = await grow(world, () => world.store.clean(0));
        for (const table of tables) expect(after[table] - before[table]).toBeLessThan(passed / 4);
      }),
    timeoutMs,
  );

  it(
    'grow by what is remembered of handled messages, which is less than half of one, and by nothing else',
    () =>
      inOwnDatabase(async (world) => {
        const [before, after] = await grow(world, async () => undefined);
        const remembered = (after.anywise_inbox - before.anywise_inbox) / (perRound * (late - early));
        expect(remembered).toBeGreaterThan(0);
        expect(remembered).toBeLessThan(bytesOfOne / 2);
        expect(after.anywise_outbox - before.anywise_outbox).toBeLessThan(passed / 4);
      }),
    timeoutMs,
  );
});
