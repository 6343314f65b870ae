import { expect, it } from '@jest/globals';
import { fillPostgres } from '../test-support/filled-stores.js';
import { readsOf } from '../test-support/postgres-plan.js';
import { describeWithPostgres, inTestStore, withTestDatabase } from '../test-support/test-postgres.js';
import { quoted } from './sql.js';
import { viewSql } from './view-sql.js';

const limit = 50;
const backlog = 5_000;

/** Each statement with values that find something, and the most rows that it may read. */
function callsOf(schema: string): readonly (readonly [string, string, readonly unknown[], number?])[] {
  const sql = viewSql(schema);
  const page = [0, limit];
  return [
    ...Object.entries(sql.inboxOfListener).map(([name, text]) => [name, text, [...page, 'listener1']] as const),
    ...Object.entries(sql.inboxByState).map(([name, text]) => [name, text, page] as const),
    ...Object.entries(sql.outboxByState).map(([name, text]) => [name, text, [7, limit]] as const),
    ['inboxLane', sql.inboxLane, [...page, 'listener1', '=1']],
    ['behindHeads', sql.behindHeads, [['=1', '=2'], 'listener1', limit]],
    ['inboxById', sql.inboxById, [...page, 'handled7']],
    ['outboxById', sql.outboxById, [...page, 'waiting7']],
    ['deadLetters', sql.deadLetters, []],
    ['correlationOf', sql.correlationOf, ['talk7'], 1_100],
    ['correlationOf a message', sql.correlationOf, ['ready77'], 1_100],
    ['inboxSeen', sql.inboxSeen, ['talk7', limit]],
    ['outboxSeen', sql.outboxSeen, ['talk7', limit], 1_100],
  ];
}

describeWithPostgres('the view of a PostgreSQL store', () => {
  it.each([false, true])(
    'reads by indexes, up to its limits, whether the planner knows what there is or not (%s)',
    (isKnown) =>
      inTestStore(({ schema }) =>
        withTestDatabase(async (database) => {
          const run = (text: string): Promise<unknown> => database.query({ text });
          await fillPostgres(run, quoted(schema), backlog);
          if (isKnown) for (const table of ['inbox', 'outbox']) await run(`ANALYZE ${quoted(schema)}.anywise_${table}`);
          const wrong: unknown[] = [];
          for (const [name, text, values, most = 11 * limit] of callsOf(quoted(schema))) {
            const { rows, scanned } = await readsOf(text, ...values);
            if (scanned.length > 0 || rows > most) wrong.push({ name, rows, scanned });
          }
          expect(wrong).toEqual([]);
        }),
      ),
  );
});
