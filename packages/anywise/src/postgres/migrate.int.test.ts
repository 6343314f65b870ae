import { expect, it } from '@jest/globals';
import { errorText } from '../core/errors/thrown.js';
import type { Store } from '../core/ports/store.js';
import { planMigrations } from '../kit/migrations.js';
import { migrationCases } from '../test-support/migration-cases.js';
import {
  describeWithPostgres,
  clientOf,
  inTestSchemas,
  inTestStore,
  testPostgresUrl,
  withTestDatabase,
} from '../test-support/test-postgres.js';
import { storeMigrations } from './schema.js';
import { transportMigrations } from './transport-schema.js';
import { postgresStore } from './store.js';

const url = testPostgresUrl;
const broken = { name: '002-broken', sql: 'CREATE TABLE second (id TEXT); CREATE TABEL third (id TEXT)' };

describeWithPostgres('the migrations of a PostgreSQL store', () => {
  it.each(migrationCases)('$behaviour', ({ run }) =>
    inTestSchemas(async (schema) => {
      const opened: Store[] = [];
      try {
        await run(async (migrations) => {
          const store = postgresStore({ url, schema: schema('store'), migrations });
          opened.push(store);
          await store.check();
          return store;
        });
      } finally {
        await Promise.all(opened.map((store) => store.close()));
      }
    }),
  );

  it('ask for no right to make tables where nothing is missing', () =>
    inTestSchemas(async (schema) => {
      const name = schema('store');
      const owner = postgresStore({ url, schema: name });
      await owner.check();
      await owner.close();
      // A role that every server has, and that may make nothing.
      const role = 'pg_monitor';
      await withTestDatabase(async (database) => {
        await database.query({ text: `GRANT USAGE ON SCHEMA "${name}" TO ${role}` });
        await database.query({
          text: `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "${name}" TO ${role}`,
        });
      });
      const user = postgresStore({ url, schema: name, pool: { options: `-c role=${role}` } });
      try {
        await user.check('orders');
        await expect(user.inbox.status()).resolves.toBeDefined();
      } finally {
        await user.close();
      }
    }));

  it('of the library itself never change once they were released', () => {
    const { apply } = planMigrations([...storeMigrations, ...transportMigrations], []);
    expect(apply.map(({ name, hash }) => `${name} ${hash}`)).toMatchInlineSnapshot(`
      [
        "anywise/001-store lALLySfQZ-eG-KyP3fR3GB7l7_txqw_vjH2WP1sUE7Q",
        "anywise/002-lanes gFkTqPclE90jXusKf0eSQrCqnm0zbXuzeDp6wIppPkk",
        "anywise/003-owner tLFhD7X9HrJ1Cj3eqtMTL8Q2UfmT8ckwFbLmuHL_AZU",
        "anywise/004-observe g3n0rGxgpsC_PVXAEeqOvuFeNnWQbddI9Bj9BhKco28",
        "anywise/005-events Ga0A9npFxOayt3XCJve0yfG29PdoB8Drq9im7zrrPFU",
        "anywise/006-vacuum Poxk4L8u4aq0KSNfYW8Cl3PyI2_Pl3ijiq3F6O5vl3A",
        "anywise/007-projections UKRLVmIWjJr19_ykH0LUPhC-RFDLxMqXRXCqpfeGbyY",
        "anywise/008-sagas c4YTeLQDdsm9-1cSwgzm48p9BZjnZ5CqQNCxmiUIT1s",
        "anywise/009-process-health U_SiWp0lerBHjtgkNbQnqNytnAu2sl34BXlnVEPd8FM",
        "anywise/011-projection-faults HEIWknw7N_Kdjq0nbhW1YLBh4TYkFV18rM59_AOByoc",
        "anywise/001-transport 63-S4BlmlupWm_iRLEfKAs3RE22VqoVOzE9gBKKSHY8",
        "anywise/002-reader HYW32eGDrTQTfzxvOY5tVLQzkyWZMs46kAsamWD7jVQ",
        "anywise/003-requests sMdrzBmWbI9Ofo3fj2X5Dnk7A0SOA9QZ2eVPIytJOXI",
        "anywise/004-responder qZJ8AXyhb5A0zFcTCiXMLq44zEWnWz0nfzkyAfRzhAc",
        "anywise/006-log-vacuum FXE0IBmcpnj4wuO8_--EB0TXm1ghUpN0VnOKQ603EWI",
      ]
    `);
  });

  it('are applied once where many processes start at once', () =>
    inTestSchemas(async (schema) => {
      const migrations = [{ name: '001', sql: 'CREATE TABLE started (id TEXT); INSERT INTO started VALUES (1)' }];
      const stores = Array.from({ length: 8 }, () => postgresStore({ url, schema: schema('store'), migrations }));
      try {
        await Promise.all(stores.map((store) => store.check()));
        await withTestDatabase(async (database) => {
          const { rows } = await database.query({ text: `SELECT * FROM "${schema('store')}".started` });
          expect(rows).toEqual([{ id: '1' }]);
        });
      } finally {
        await Promise.all(stores.map((store) => store.close()));
      }
    }));

  it('say which one failed, and leave nothing behind', () =>
    inTestSchemas(async (schema) => {
      const store = postgresStore({ url, schema: schema('store'), migrations: [broken] });
      expect(await store.check().catch(errorText)).toBe(
        'The migration `002-broken` failed (syntax error at or near "TABEL", SQLSTATE 42601). Nothing was applied; correct it and start again.',
      );
      await expect(store.check()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: false });
      await store.close();
      await withTestDatabase(async (database) => {
        const text = 'SELECT 1 FROM pg_namespace WHERE nspname = $1';
        expect((await database.query({ text }, schema('store'))).rows).toEqual([]);
      });
    }));

  it('find a schema of any name', () =>
    inTestStore(async ({ again, schema }) => {
      const store = await again({ schema: `${schema} "Late" Fees` });
      const transaction = store.begin({ readOnly: false });
      await clientOf(transaction).run(`DROP SCHEMA "${schema} ""Late"" Fees" CASCADE`);
      await transaction.commit();
    }));
});
