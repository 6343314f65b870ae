import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { AnywiseError } from '../../core/errors/errors.js';
import type { Migration } from '../../core/ports/sql.js';
import type { Store } from '../../core/ports/store.js';
import { openMigrated as openPostgres } from '../../postgres/open.js';
import { storeMigrations as postgresMigrations } from '../../postgres/schema.js';
import { postgresStore } from '../../postgres/store.js';
import { close, openMigrated as openSqlite } from '../../sqlite/open.js';
import { storeMigrations as sqliteMigrations } from '../../sqlite/schema.js';
import { sqliteStore } from '../../sqlite/store.js';
import { inStore, runHere } from '../../test-support/cli.js';
import { describeWithPostgres, inTestSchemas, testPostgresUrl } from '../../test-support/test-postgres.js';
import { inTempFolder } from '../../testing/temp-folder.js';

/** The store of a service that is not there yet, in a database of its kind. */
interface Place {
  readonly service: string;
  readonly url: string;
  /** What an earlier version did not have. */
  readonly last: readonly string[];
  /** Makes the store as that version had it, and alters it. */
  readonly makeOld: (...statements: readonly string[]) => Promise<void>;
  /** The store as the service opens it. */
  readonly store: () => Store;
}

function lastOf(migrations: readonly Migration[]): readonly string[] {
  return migrations.slice(-2).map(({ name }) => name);
}

function inSqlite(work: (place: Place) => Promise<void>): Promise<void> {
  return inTempFolder((folder) => {
    const path = join(folder, 'orders.db');
    return work({
      service: 'orders',
      url: `sqlite:${folder}`,
      last: lastOf(sqliteMigrations),
      store: () => sqliteStore({ path }),
      async makeOld(...statements) {
        const options = { path, open: undefined, synchronous: 'normal' } as const;
        const database = await openSqlite(options, sqliteMigrations.slice(0, -2));
        for (const statement of statements) database.connections.writer.exec(statement);
        await close(database);
      },
    });
  });
}

function inPostgres(work: (place: Place) => Promise<void>): Promise<void> {
  return inTestSchemas((schemaOf) => {
    const schema = schemaOf('orders');
    return work({
      service: schema,
      url: testPostgresUrl,
      last: lastOf(postgresMigrations),
      store: () => postgresStore({ url: testPostgresUrl, schema }),
      async makeOld(...statements) {
        const database = await openPostgres({ url: testPostgresUrl }, schema, postgresMigrations.slice(0, -2));
        for (const statement of statements) {
          await database.query({ text: statement.replaceAll('anywise_migration', `"${schema}".anywise_migration`) });
        }
        await database.close();
      },
    });
  });
}

async function call({ service, url }: Place, ...args: readonly string[]) {
  const { exitCode, output, errors } = await runHere([
    'store',
    'migrate',
    '--store',
    url,
    '--service',
    service,
    ...args,
  ]);
  const text = (output + errors).replaceAll(service, 'orders').replaceAll(url, '<url>');
  return { exitCode, text };
}

/** The code of the error with which the service does not start; `undefined` if it does. */
async function startOf({ store }: Place): Promise<string | undefined> {
  const opened = store();
  try {
    await opened.check();
    return undefined;
  } catch (error) {
    return AnywiseError.is(error) ? error.code : String(error);
  } finally {
    await opened.close();
  }
}

const behaviours: readonly { readonly behaviour: string; readonly run: (place: Place) => Promise<void> }[] = [
  {
    behaviour: 'is migrated, and `--dry-run` says before what would be done',
    async run(place) {
      const { last } = place;
      await place.makeOld();
      const would = { exitCode: 0, text: `The store of \`orders\` would be migrated:\n  ${last.join('\n  ')}\n` };
      await expect(call(place, '--dry-run')).resolves.toEqual(would);
      await expect(call(place, '--dry-run')).resolves.toEqual(would);
      await expect(call(place)).resolves.toEqual({
        exitCode: 0,
        text: `Migrated the store of \`orders\`:\n  ${last.join('\n  ')}\n`,
      });
      await expect(call(place, '--dry-run')).resolves.toMatchObject({ text: 'The store of `orders` is up to date.\n' });
      await expect(call(place)).resolves.toEqual({ exitCode: 0, text: 'The store of `orders` was up to date.\n' });
    },
  },
  {
    behaviour: 'is made for a service that is named, and not by `--dry-run`',
    async run(place) {
      const before = await call(place, '--dry-run');
      expect(before.exitCode).toBe(0);
      expect(before.text).toMatch(/^`.+` has no store of `orders` yet\. It would be made:\n {2}anywise\/001-store\n/);
      await expect(call(place, '--dry-run')).resolves.toEqual(before);
      const made = await call(place);
      expect(made.exitCode).toBe(0);
      expect(made.text).toMatch(/^Made the store of `orders` in `.+`:\n {2}anywise\/001-store\n/);
      await expect(startOf(place)).resolves.toBeUndefined();
      await expect(call(place)).resolves.toMatchObject({ text: 'The store of `orders` was up to date.\n' });
    },
  },
  {
    behaviour: 'is described for programs, with the SQL',
    async run(place) {
      const { last } = place;
      await place.makeOld();
      const { text } = await call(place, '--dry-run', '--json');
      expect(JSON.parse(text)).toEqual({
        service: 'orders',
        applied: [],
        pending: last.map((name) => ({ name, sql: expect.stringContaining('anywise_') })),
      });
      const done = await call(place, '--json');
      expect(JSON.parse(done.text)).toEqual({ service: 'orders', applied: last, pending: [] });
    },
  },
];

/** What a start refuses or not, and so do the command and its forecast. */
const agreed = [
  { what: 'of this version', statements: [], code: undefined },
  {
    what: 'with what a later version applied',
    statements: [
      "INSERT INTO anywise_migration (name, applied_at, hash) VALUES ('anywise/999-later', '2026-01-01', 'x')",
    ],
    code: undefined,
  },
  {
    what: 'with migrations of the service',
    statements: ["INSERT INTO anywise_migration (name, applied_at, hash) VALUES ('001-own', '2026-01-01', 'x')"],
    code: undefined,
  },
  {
    what: 'from before hashes were kept',
    statements: ['ALTER TABLE anywise_migration DROP COLUMN hash'],
    code: undefined,
  },
  {
    what: 'that another text made',
    statements: ["UPDATE anywise_migration SET hash = 'x' WHERE name = 'anywise/001-store'"],
    code: 'INVALID_MIGRATION',
  },
];

describe.each([
  { kind: 'SQLite', describeHere: describe, inPlace: inSqlite },
  { kind: 'PostgreSQL', describeHere: describeWithPostgres, inPlace: inPostgres },
])('a store on $kind', ({ kind, describeHere, inPlace }) => {
  describeHere(`to be migrated on ${kind}`, () => {
    it.each(behaviours)('$behaviour', ({ run }) => inPlace(run));

    it.each(agreed)('$what is taken or refused as a starting service does', ({ statements, code }) =>
      inPlace(async (place) => {
        await place.makeOld(...statements);
        const exitCode = code === undefined ? 0 : 1;
        const forecast = await call(place, '--dry-run');
        expect(forecast.exitCode).toBe(exitCode);
        if (code !== undefined) expect(forecast.text).toContain('`anywise/001-store` was changed');
        const done = await call(place);
        expect(done.exitCode).toBe(exitCode);
        await expect(startOf(place)).resolves.toBe(code);
      }),
    );
  });
});

describe('what cannot be migrated', () => {
  const at = (url: string, ...args: readonly string[]) => runHere(['store', 'migrate', '--store', url, ...args]);

  it.each([[], ['--dry-run']])('is refused, and nothing is made (%s)', (...args: readonly string[]) =>
    inTempFolder(async (folder) => {
      const empty = await at(`sqlite:${folder}`, ...args);
      expect({ ...empty, errors: empty.errors.replaceAll(folder, '<folder>') }).toEqual({
        exitCode: 3,
        output: '',
        errors: '`sqlite:<folder>` has no stores. Start a service, or name its store with `--store`.\n',
      });
      await expect(at(`sqlite:${folder}/none`, ...args)).resolves.toMatchObject({ exitCode: 3 });
      await expect(at('memory:', '--service', 'orders', ...args)).resolves.toMatchObject({ exitCode: 2 });
      await expect(at('mysql://host', '--service', 'orders', ...args)).resolves.toMatchObject({ exitCode: 2 });
      expect(readdirSync(folder)).toEqual([]);

      writeFileSync(join(folder, 'notes.db'), 'These are only notes, and more than a header is long.'.repeat(9));
      const notes = await at(`sqlite:${folder}`, '--service', 'notes', ...args);
      expect(notes).toMatchObject({ exitCode: 3, errors: expect.stringContaining('cannot be used') });
      const file = await at(`sqlite:${folder}/notes.db`, '--service', 'notes', ...args);
      expect(file).toMatchObject({ exitCode: 2, errors: expect.stringContaining('is a file. Name its folder') });
      expect(readdirSync(folder)).toEqual(['notes.db']);

      for (const service of ['orders', 'payments']) await inStore(folder, service, async () => undefined);
      await expect(at(`sqlite:${folder}`, ...args)).resolves.toMatchObject({ exitCode: 2 });
      const away = await at('postgres://user:secret@127.0.0.1:1/shop', '--service', 'orders', ...args);
      expect(away).toMatchObject({ exitCode: 3, output: '' });
      expect(away.errors).toMatch(/^The PostgreSQL database `127\.0\.0\.1:1\/shop` cannot be used/);
      const long = await at('postgres://127.0.0.1:1/shop', '--service', 'o'.repeat(64), ...args);
      expect(long).toMatchObject({ exitCode: 1, errors: expect.stringContaining('a name of 1 to 63 bytes') });
    }),
  );
});
