import { describe, expect, it } from '@jest/globals';
import { readsOf, readsOfAny, readsOfKept, type Reads } from '../test-support/postgres-plan.js';
import { describeWithPostgres, inTestStore, withTestDatabase } from '../test-support/test-postgres.js';
import { testEntry } from '../testing/envelopes.js';
import { finishAllSql, finishAllValues, finishSql } from './finish.js';
import { inboxStatements } from './inbox.js';
import { quoted } from './sql.js';

const burst = 2_000;
const claimed = 50;
/** A lookup by the primary key and a new version of the row, with its entries in a few small indexes. */
const mostPagesARow = 40;

/** Each is found, looked up again to be changed, and changed. */
const mostRowsARow = 4;

function expectLookups({ rows, pages }: Reads, count: number): void {
  expect(rows / count).toBeLessThanOrEqual(mostRowsARow);
  expect(pages / count).toBeLessThan(mostPagesARow);
}

const listener = 'orders/on-paid';
const ids = Array.from({ length: claimed }, (_, at) => `m${at + 1}`);
const refs = [ids.map(() => listener), ids, ids.map(() => '/test')];
const held = [...refs, ids.map(() => 'lease')];

/** An inbox of which the planner believes that nothing waits there, as before any burst: empty, or full of handled messages. */
async function fillBehindItsBack(
  schema: string,
  {
    handled,
    state,
    lease,
  }: { readonly handled: number; readonly state: 'ready' | 'running'; readonly lease: string | null },
): Promise<void> {
  await withTestDatabase(async (database) => {
    const text = `
      INSERT INTO ${schema}.anywise_inbox
        (listener, id, source, type, lane, envelope, state, at, lease, attempts, received_at)
      SELECT $2, $5 || n, '/test', 'test.happened', '=' || n, '{}', $3, 0, $4, 1, 0 FROM generate_series(1, $1) AS n`;
    await database.query({ text }, handled, listener, 'handled', null, 'h');
    await database.query({ text: `ANALYZE ${schema}.anywise_inbox` });
    await database.query({ text }, burst, listener, state, lease, 'm');
  });
}

describeWithPostgres('a statement on claimed messages on PostgreSQL', () => {
  describe.each([0, 20_000])('with %i handled ones', (handled) => {
    it('looks up those that a claim takes by their key, also by a plan from when there were none', () =>
      inTestStore(async ({ schema: name }) => {
        const schema = quoted(name);
        const fill = (): Promise<void> => fillBehindItsBack(schema, { handled, state: 'ready', lease: null });
        const { take } = inboxStatements(schema);
        const reads = await readsOfKept(take.text, fill, ...refs, 30_000, 'lease', 'holder');
        expectLookups(reads, claimed);
      }));

    it('looks up those that a claim takes by their key, whatever the statistics say', () =>
      inTestStore(async ({ schema: name }) => {
        const schema = quoted(name);
        await fillBehindItsBack(schema, { handled, state: 'ready', lease: null });
        const reads = await readsOf(inboxStatements(schema).take.text, ...refs, 30_000, 'lease', 'holder');
        expectLookups(reads, claimed);
      }));

    it.each([['extend', 30_000, false], ['release']] as const)(
      'looks up those of `%s` by their key, whatever the statistics say',
      (statement, ...values) =>
        inTestStore(async ({ schema: name }) => {
          const schema = quoted(name);
          await fillBehindItsBack(schema, { handled, state: 'running', lease: 'lease' });
          const reads = await readsOf(inboxStatements(schema)[statement].text, ...held, ...values);
          expectLookups(reads, claimed);
        }),
    );

    it('looks up those that a batch ends by their key, whatever the statistics say', () =>
      inTestStore(async ({ schema: name }) => {
        const schema = quoted(name);
        await fillBehindItsBack(schema, { handled, state: 'running', lease: 'lease' });
        const claims = ids.map((id, at) => ({
          ...testEntry({ listener, id, source: '/test' }),
          seq: at,
          lease: 'lease',
          attempt: 1,
        }));
        const values = finishAllValues(claims).slice(0, -1);
        expectLookups(await readsOfAny(finishAllSql(schema), ...values), claimed);
      }));

    it.each([
      ['finish', finishSql, []],
      ['bury', (schema: string) => inboxStatements(schema).bury.text, ['dead', 'broken', 'Error', null]],
      ['retry', (schema: string) => inboxStatements(schema).retry.text, [100, 0, 'broken', 'Error', null]],
    ] as const)('looks up the one of `%s` by its key, whatever the statistics say', (_, sql, values) =>
      inTestStore(async ({ schema: name }) => {
        const schema = quoted(name);
        await fillBehindItsBack(schema, { handled, state: 'running', lease: 'lease' });
        const reads = await readsOf(sql(schema), listener, 'm7', '/test', 'lease', ...values);
        expectLookups(reads, 1);
      }),
    );
  });
});
