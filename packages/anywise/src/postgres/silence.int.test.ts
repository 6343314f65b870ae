import { expect, it } from '@jest/globals';
import { Anywise } from '../core/bus/anywise.js';
import { contract } from '../core/message/contract.js';
import { event } from '../core/message/declare.js';
import { type } from '../core/message/schema.js';
import { on } from '../core/registry/on.js';
import { testEntry } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import { openWire, type Wire } from '../test-support/wire.js';
import { silent, startBus } from '../test-support/start-bus.js';
import {
  clientOf,
  describeWithPostgres,
  inTestSchemas,
  namedTestUrl,
  testPostgresPlace,
  testPostgresUrl,
  withTestDatabase,
} from '../test-support/test-postgres.js';
import { postgresStore, type PostgresStoreOptions } from './store.js';
import { postgresTransport } from './transport.js';

class Rung extends event('bell.rung', { data: type<{ readonly n: number }>(), entityId: () => 'bell' }) {}
const contracts = [contract('bell', { Rung })];

const statementTimeoutMs = 1_000;

interface World {
  readonly wire: Wire;
  readonly schema: (name: string) => string;
  readonly openStore: (options?: Partial<PostgresStoreOptions>) => Promise<ReturnType<typeof postgresStore>>;
}

/** Runs work with stores whose connections go through a wire that can fall silent. */
async function behindWire(work: (world: World) => Promise<void>): Promise<void> {
  await inTestSchemas(async (schema) => {
    await using wire = await openWire(testPostgresPlace());
    const openStore = async (options: Partial<PostgresStoreOptions> = {}) => {
      const url = namedTestUrl(schema('store'), wire.place);
      const store = postgresStore({ url, schema: schema('store'), statementTimeoutMs, ...options });
      await store.check();
      return store;
    };
    await work({ wire, schema, openStore });
  });
}

describeWithPostgres('PostgreSQL connections that are silently gone', () => {
  it('are an outage after a while, and the next statement has a new one', () =>
    behindWire(async ({ wire, openStore }) => {
      const store = await openStore();
      wire.silence();
      await expect(store.inbox.add([testEntry({ id: 'm1' })])).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: true,
      });
      await eventually(() => store.inbox.add([testEntry({ id: 'm1' })]));
      expect(await store.inbox.status()).toMatchObject({ waiting: { count: 1 } });
      await store.close();
    }));

  it('fail the check while the work waits for an answer, even if another connection answers', () =>
    behindWire(async ({ wire, openStore }) => {
      const store = await openStore({ statementTimeoutMs: 10_000 });
      wire.silence();
      const waiting = store.inbox.status().catch(() => undefined);
      await eventually(async () => {
        await expect(store.check()).rejects.toThrow('has not answered');
      }, 60_000);
      await waiting;
      await eventually(() => store.check());
      await store.close();
    }));

  it('take no transaction with them that the server keeps open', () =>
    behindWire(async ({ wire, schema, openStore }) => {
      const store = await openStore();
      const transaction = store.begin({ readOnly: false });
      await clientOf(transaction).run('CREATE TABLE note (id INTEGER)');
      await expect(openTransactions(schema('store'))).resolves.toBe(1);
      wire.silence();
      await eventually(async () => expect(await openTransactions(schema('store'))).toBe(0));
      await expect(clientOf(transaction).run('INSERT INTO note VALUES (1)')).rejects.toMatchObject({
        code: 'UNAVAILABLE',
      });
      await transaction.rollback();
      await store.close();
    }));

  it('do not end a transaction whose handler waits for something else', () =>
    behindWire(async ({ schema, openStore }) => {
      const store = await openStore({ statementTimeoutMs: 1_500 });
      const transaction = store.begin({ readOnly: false });
      await clientOf(transaction).run('CREATE TABLE note (id INTEGER)');
      const began = performance.now();
      await eventually(async () => {
        expect(performance.now() - began).toBeGreaterThan(4_000);
        expect(await openTransactions(schema('store'))).toBe(1);
      });
      await clientOf(transaction).run('INSERT INTO note VALUES (1)');
      await expect(transaction.commit()).resolves.toBe(true);
      await store.close();
    }));

  it('are found where notices are heard', () =>
    behindWire(async ({ wire, openStore }) => {
      const store = await openStore();
      let calls = 0;
      store.watch(() => calls++);
      await eventually(() => expect(calls).toBe(1));
      wire.silence();
      await eventually(() => expect(calls).toBe(2));
      await store.close();
    }));

  it('hold up a service only for a while: it says so, and then handles what waited', () =>
    behindWire(async ({ wire, schema }) => {
      const heard: number[] = [];
      const listening = on(Rung)
        .named('bell')
        .listen(({ n }) => void heard.push(n));
      const bus = (url: string, name: string, items: (typeof listening)[]) =>
        startBus({
          name,
          items,
          contracts,
          leaseMs: 3_000,
          store: postgresStore({ url, schema: schema(name), statementTimeoutMs }),
          transport: postgresTransport({ url, schema: schema('log'), statementTimeoutMs }),
        });
      await using ringer = await bus(testPostgresUrl, 'bell', []);
      await using listener = await bus(namedTestUrl(schema('ear'), wire.place), 'ear', [listening]);
      await ringer.publish(new Rung({ n: 1 }));
      await eventually(() => expect(heard).toEqual([1]));

      wire.silence();
      const whileSilent = listener.check({ timeoutMs: 100 });
      await ringer.publish(new Rung({ n: 2 }));
      expect(await whileSilent).not.toEqual([]);
      // A listener whose commit was not answered runs again.
      await eventually(() => expect([...new Set(heard)]).toEqual([1, 2]));
      await eventually(async () => expect(await listener.check({ timeoutMs: 5_000 })).toEqual([]));
    }));

  it('do not keep a service from stopping, whatever else is silent', () =>
    behindWire(async ({ wire, schema }) => {
      const url = namedTestUrl(schema('ear'), wire.place);
      const bus = new Anywise({
        name: 'ear',
        contracts,
        logger: silent,
        store: postgresStore({ url, schema: schema('ear') }),
        transport: postgresTransport({ url, schema: schema('log') }),
      });
      await bus.start();
      wire.silenceNew();
      wire.silence();
      const began = performance.now();
      await bus.stop({ timeoutMs: 1_000 });
      expect(performance.now() - began).toBeLessThan(20_000);
    }));
});

/** How many transactions the server has open for connections that carry a name. */
function openTransactions(name: string): Promise<number> {
  return withTestDatabase(async (database) => {
    const text = `SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = $1 AND xact_start IS NOT NULL`;
    return (await database.query<{ n: number }>({ text }, name)).rows[0]?.n ?? 0;
  });
}
