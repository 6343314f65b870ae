import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Logger } from '../core/ports/logger.js';
import { contract } from '../core/message/contract.js';
import { event } from '../core/message/declare.js';
import { type } from '../core/message/schema.js';
import { on } from '../core/registry/on.js';
import { SqlTransaction } from '../core/ports/sql.js';
import { testEntry } from '../testing/envelopes.js';
import { eventually } from '../testing/eventually.js';
import { casesFor } from '../testing/case.js';
import { storeContract } from '../testing/store-contract.js';
import { transportContract } from '../testing/transport-contract.js';
import type { TransportCase } from '../testing/transport-case.js';
import type { StorePart } from '../core/ports/store.js';
import {
  describeWithPgbouncer,
  preparesStatements,
  startPgbouncer,
  type Pgbouncer,
} from '../test-support/pgbouncer.js';
import { silent, startBus } from '../test-support/start-bus.js';
import {
  endTestConnections,
  inTestSchemas,
  namedTestUrl,
  testPostgresUrl,
  withTestDatabase,
} from '../test-support/test-postgres.js';
import { openWires, type Wires } from '../test-support/wired-fixture.js';
import { quoted } from './sql.js';
import { postgresStore } from './store.js';
import { postgresTransport } from './transport.js';

class Rung extends event('bell.rung', { data: type<{ readonly n: number }>(), entityId: ({ n }) => String(n % 3) }) {}
const contracts = [contract('bell', { Rung })];

const prepare = preparesStatements();
/** Whatever a test waits for, the machine may be busy. */
const timeoutMs = 60_000;

describeWithPgbouncer('behind PgBouncer in transaction mode', () => {
  let pgbouncer: Pgbouncer;
  let wires: Wires;
  beforeAll(async () => {
    pgbouncer = await startPgbouncer();
    wires = await openWires(pgbouncer.place);
  }, timeoutMs);
  afterAll(async () => {
    await wires[Symbol.asyncDispose]();
    await pgbouncer[Symbol.asyncDispose]();
  });

  describe('the PostgreSQL store', () => {
    const capabilities = {
      ...postgresStore({ schema: 'store' }).capabilities,
      concurrentTransactions: true,
      canBeDamaged: true,
      observable: true,
    };
    it.each(casesFor(storeContract, capabilities))(
      '$behaviour',
      ({ run }) =>
        inTestSchemas(async (schema) => {
          const open = async () => {
            const listenUrl = testPostgresUrl;
            const store = postgresStore({ url: pgbouncer.url, listenUrl, prepare, schema: schema('store') });
            await store.check();
            return store;
          };
          const damage = (part: StorePart, id: string, text: string | null): Promise<void> =>
            withTestDatabase(async (database) => {
              const table = `${quoted(schema('store'))}.anywise_${part}`;
              await database.query({ text: `UPDATE ${table} SET envelope = $2 WHERE id = $1` }, id, text);
            });
          const store = await open();
          try {
            await run({ store, again: open, damage });
          } finally {
            await store.close();
          }
        }),
      timeoutMs,
    );
  });

  describe('the PostgreSQL transport', () => {
    const abilities = { restart: true, cut: true, mute: true, outage: true, forget: true, foreign: true };
    const cases = casesFor(transportContract, { ...postgresTransport().capabilities, ...abilities });
    const check = (one: TransportCase): Promise<void> =>
      inTestSchemas(async (schema) => {
        const name = schema('bus');
        const run = (sql: string, ...values: readonly unknown[]): Promise<unknown> =>
          withTestDatabase((database) => database.query({ text: sql }, ...values));
        const through = (place: string): string => {
          const url = new URL(pgbouncer.url);
          url.host = place;
          url.searchParams.set('application_name', name);
          return url.href;
        };
        await one.run({
          ...wires.fixtureFor(one, (place) =>
            postgresTransport({ url: through(place), listenUrl: namedTestUrl(name), prepare, schema: name }),
          ),
          restart: async () => {
            await endTestConnections(name);
          },
          forget: (consumer) => run(`DELETE FROM "${name}".anywise_consumer WHERE name = $1`, consumer),
          write: async ({ type, kind, text }) => {
            const message = `"${name}".anywise_message (type, kind, envelope, published_at)`;
            await run(`INSERT INTO ${message} VALUES ($1, $2, $3, $4)`, type, kind, text, Date.now());
          },
        });
      });
    it.each(cases)('$behaviour', check, timeoutMs);
  });
});

/** A logger that keeps the texts of warnings. */
function recording(): { readonly logger: Logger; readonly warnings: string[] } {
  const warnings: string[] = [];
  return { logger: { ...silent, warn: (_details, text) => void warnings.push(text) }, warnings };
}

interface Two {
  readonly url: string;
  readonly listenUrl?: string;
  readonly prepare?: boolean;
  readonly count?: number;
}

/** Brings events from one bus to another, of which each listener writes a row, and gives what the buses warn of. */
async function bringEvents({ url, count = 20, ...options }: Two): Promise<readonly string[]> {
  return inTestSchemas(async (schema) => {
    const { logger, warnings } = recording();
    const migrations = [{ name: '001-rung', sql: 'CREATE TABLE rung (n INTEGER PRIMARY KEY)' }];
    const connected = (name: string) => ({
      name,
      contracts,
      logger,
      store: postgresStore({ url, ...options, schema: schema(name), migrations }),
      transport: postgresTransport({ url, ...options, schema: schema('bus') }),
    });
    const ring = on(Rung)
      .named('ring')
      .inject({ sql: SqlTransaction })
      .listen(async ({ n }, _context, { sql }) => {
        await sql.run('INSERT INTO rung (n) VALUES (?)', n);
      });
    await using _ringer = await startBus({ ...connected('ringer'), items: [ring] });
    await using bell = await startBus(connected('bell'));
    for (let n = 0; n < count; n++) await bell.publish(new Rung({ n }));
    await eventually(async () => {
      const text = `SELECT count(*) AS n FROM "${schema('ringer')}".rung`;
      const { rows } = await withTestDatabase((database) => database.query<{ n: number }>({ text }));
      expect(rows[0]?.n).toBe(count);
    });
    if (options.listenUrl === undefined) {
      await eventually(() => expect(warnings.filter((text) => text.startsWith('Notices'))).toHaveLength(3));
    }
    // Behind a pooler no process of the server ends with ours.
    const text = `SELECT bool_and(holder_pid IS NULL) AS unknown FROM "${schema('bus')}".anywise_consumer`;
    await eventually(async () => {
      const { rows } = await withTestDatabase((database) => database.query<{ unknown: boolean }>({ text }));
      expect(rows).toEqual([{ unknown: options.listenUrl === undefined }]);
    });
    return warnings;
  });
}

describeWithPgbouncer('a bus behind PgBouncer', () => {
  it(
    'in transaction mode warns once for each store and transport that hears no notices, and delivers',
    async () => {
      await using pgbouncer = await startPgbouncer();
      const { url } = pgbouncer;
      const warnings = await bringEvents({ url, prepare });
      const text =
        'Notices of the PostgreSQL database `PLACE` do not arrive, as behind PgBouncer in transaction mode, so what other processes do is noticed at the next poll. Pass a direct connection to the same database as `listenUrl`.';
      const place = `${new URL(url).host}${new URL(url).pathname}`;
      expect(new Set(warnings)).toEqual(new Set([text.replace('PLACE', place)]));
    },
    timeoutMs,
  );

  it(
    'in session mode hears notices, and does not warn',
    async () => {
      await using pgbouncer = await startPgbouncer(['pool_mode = session', 'default_pool_size = 90']);
      await inTestSchemas(async (schema) => {
        const store = postgresStore({ url: pgbouncer.url, schema: schema('store') });
        const other = postgresStore({ url: testPostgresUrl, schema: schema('store') });
        await Promise.all([store.check(), other.check()]);
        const [calls, errors]: [string[], unknown[]] = [[], []];
        let added = 0;
        store.watch(
          () => calls.push('changed'),
          (error) => errors.push(error),
        );
        await eventually(async () => {
          await other.inbox.add([testEntry({ id: `m${++added}` })]);
          expect(calls.length + errors.length).toBeGreaterThan(0);
        });
        expect(errors).toEqual([]);
        await Promise.all([store.close(), other.close()]);
      });
    },
    timeoutMs,
  );

  it(
    'delivers although statements are prepared that it cannot carry',
    async () => {
      // One that can be told not to.
      await using pgbouncer = await startPgbouncer([
        'pool_mode = transaction',
        ...(prepare ? ['max_prepared_statements = 0'] : []),
      ]);
      const { url } = pgbouncer;
      expect(await bringEvents({ url, listenUrl: testPostgresUrl, prepare: true, count: 60 })).toEqual(
        expect.not.arrayContaining([expect.stringContaining('Notices')]),
      );
    },
    timeoutMs,
  );

  it(
    'warns where `listenUrl` leads to another database',
    async () => {
      await using pgbouncer = await startPgbouncer();
      const elsewhere = new URL(testPostgresUrl);
      elsewhere.pathname = '/postgres';
      await inTestSchemas(async (schema) => {
        const { url } = pgbouncer;
        const store = postgresStore({ url, prepare, listenUrl: elsewhere.href, schema: schema('store') });
        await store.check();
        const errors: unknown[] = [];
        store.watch(
          () => undefined,
          (error) => errors.push(error),
        );
        await eventually(() => expect(errors).toMatchObject([{ code: 'NO_NOTICES' }]));
        await store.close();
      });
    },
    timeoutMs,
  );
});
