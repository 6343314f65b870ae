import { describe, expect, it } from '@jest/globals';
import { checkMigrations, planMigrations } from './migrations.js';

const migration = (name: string, sql = `CREATE TABLE ${name} (id TEXT)`) => ({ name, sql });
const [first, second, third] = [migration('first'), migration('second'), migration('third')];
/** What a database has after these were applied. */
const appliedOf = (...migrations: { name: string; sql: string }[]) =>
  planMigrations(migrations, []).apply.map(({ name, hash }) => ({ name, hash }));
const namesOf = (plan: readonly { readonly name: string }[]) => plan.map(({ name }) => name);

describe('the plan of migrations', () => {
  it('applies what is new, in the order given', () => {
    const { apply, record } = planMigrations([first, second, third], appliedOf(second));
    expect([namesOf(apply), record]).toEqual([['first', 'third'], []]);
  });

  it('records the hashes of those that were applied without', () => {
    const applied = [{ name: 'first', hash: null }, ...appliedOf(second)];
    const { apply, record } = planMigrations([first, second], applied);
    expect([apply, namesOf(record)]).toEqual([[], ['first']]);
    expect(record[0]?.hash).toBe(appliedOf(first)[0]?.hash);
  });

  it.each([
    ['a statement was added', `${second.sql}; SELECT 1`],
    ['a comment was added', `-- later\n${second.sql}`],
    ['a space was added within', second.sql.replace(' (', '  (')],
  ])('refuses one to which %s after it was applied', (_how, sql) => {
    expect(() => planMigrations([first, migration('second', sql)], appliedOf(first, second))).toThrow(
      expect.objectContaining({
        code: 'INVALID_MIGRATION',
        message:
          'The migration `second` was changed after it had been applied, so the tables are not what it says. Put it back as it was and make the change in a new migration; in development, deleting the data will do.',
      }),
    );
  });

  it.each([
    ['the ends of its lines', 'CREATE TABLE a (\r\n  id TEXT\r\n);\r\n'],
    ['the ends of its lines, as on an old Mac', 'CREATE TABLE a (\r  id TEXT\r);\r'],
    ['a byte order mark', '\uFEFFCREATE TABLE a (\n  id TEXT\n);\n'],
    ['what follows its last line', 'CREATE TABLE a (\n  id TEXT\n);\n\n  \n'],
  ])('takes one for the same where only %s changed', (_how, sql) => {
    const applied = appliedOf(migration('a', 'CREATE TABLE a (\n  id TEXT\n);\n'));
    expect(planMigrations([migration('a', sql)], applied).apply).toEqual([]);
    expect(planMigrations([migration('a', sql)], []).apply[0]?.sql).toBe('CREATE TABLE a (\n  id TEXT\n);');
  });

  it('refuses to go on where one is missing that was applied before a known one, or where another comes after', () => {
    const missing = expect.objectContaining({
      code: 'INVALID_MIGRATION',
      message: expect.stringMatching(/^The migration `second` was applied to this database, but is not among/),
    });
    expect(() => planMigrations([first, third], appliedOf(first, second, third))).toThrow(missing);
    expect(() => planMigrations([first, migration('renamed', second.sql)], appliedOf(first, second))).toThrow(missing);
  });

  it('lets a version start whose tables a newer version has already taken further', () => {
    expect(planMigrations([first], appliedOf(first, second, third))).toEqual({ apply: [], record: [] });
    expect(planMigrations([], appliedOf(first))).toEqual({ apply: [], record: [] });
  });

  it("leaves the library's own out of this: a newer library may have more, and a transport has others", () => {
    const own = migration('anywise/009-newer', 'SELECT 1');
    const applied = [...appliedOf(own), ...appliedOf(first)];
    expect(planMigrations([first, migration('anywise/001-store')], applied).apply).toHaveLength(1);
    expect(namesOf(planMigrations([first, migration('anywise/010')], appliedOf(first, second)).apply)).toEqual([
      'anywise/010',
    ]);
  });
});

describe('the migrations of a service', () => {
  it('are refused where they cannot be told apart, or have no text', () => {
    const broken = [first, first, migration('anywise/mine'), migration('cut', 'SELECT 1\0; SELECT 2'), migration('')];
    expect(() => checkMigrations('`store`', [...broken, { name: 'none' } as never])).toThrow(
      expect.objectContaining({
        code: 'INVALID_SETUP',
        problems: [
          'two migrations have the name `first`',
          'the migration `anywise/mine` has a name that begins with `anywise/`',
          'the SQL of the migration `cut` must not contain NUL characters',
          '`migrations[4]` has no name',
          'the SQL of the migration `none` is not a text',
        ],
      }),
    );
    expect(() => checkMigrations('`store`')).not.toThrow();
    expect(() => checkMigrations('`store`', 'SELECT 1' as never)).toThrow(
      '`store`: `migrations` is "SELECT 1", but must be a list of migrations',
    );
  });
});
