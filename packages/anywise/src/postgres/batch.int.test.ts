import { expect, it } from '@jest/globals';
import { z } from 'zod';
import { contract } from '../core/message/contract.js';
import { event } from '../core/message/declare.js';
import { on } from '../core/registry/on.js';
import { startBus } from '../test-support/start-bus.js';
import { describeWithPostgres, inTestStore } from '../test-support/test-postgres.js';
import { eventually } from '../testing/eventually.js';
import { PostgresTransaction } from './transaction.js';

class Printed extends event('printing.printed', {
  entityId: ({ printer }) => printer,
  data: z.object({ printer: z.string(), page: z.number() }),
}) {}

const migrations = [
  { name: '001', sql: 'CREATE TABLE printed (n BIGSERIAL, printer TEXT, page INTEGER CHECK (page <> 13))' },
];

describeWithPostgres('a batch listener on PostgreSQL', () => {
  it('writes the rows of many events at once, each once and in order, except for one that cannot be written', () =>
    inTestStore(
      async ({ store, again }) => {
        const sizes: number[] = [];
        const listen = on(Printed)
          .batch()
          .retry({ attempts: 1 })
          .onDead('skip')
          .inject({ sql: PostgresTransaction })
          .listen(async (events, _context, { sql }) => {
            sizes.push(events.length);
            const rows = JSON.stringify(events.map(({ printer, page }) => ({ printer, page })));
            const text =
              'INSERT INTO printed (printer, page) SELECT * FROM jsonb_to_recordset(?::jsonb) AS row (printer text, page integer)';
            await sql.run(text, rows);
          });
        await using bus = await startBus({
          name: 'printing',
          contracts: [contract('printing', { Printed })],
          store,
          items: [listen],
        });
        await bus.transaction(async (tx) => {
          for (let page = 0; page < 60; page++) await tx.publish(new Printed({ printer: `p${page % 5}`, page }));
        });
        await eventually(
          async () =>
            expect(await store.inbox.status()).toMatchObject({
              waiting: { count: 0 },
              running: { count: 0 },
              dead: { count: 1 },
            }),
          30_000,
        );
        const reader = (await again()).begin({ readOnly: true });
        const sql = reader.client(PostgresTransaction) as PostgresTransaction;
        const rows = await sql.all<{ printer: string; page: number }>('SELECT printer, page FROM printed ORDER BY n');
        await reader.rollback();
        const pagesOf = (printer: string): number[] =>
          rows.filter((row) => row.printer === printer).map(({ page }) => page);
        for (let printer = 0; printer < 5; printer++) {
          const sent = Array.from({ length: 12 }, (_, index) => index * 5 + printer);
          expect(pagesOf(`p${printer}`)).toEqual(sent.filter((page) => page !== 13));
        }
        expect(Math.max(...sizes)).toBeGreaterThan(12);
      },
      { migrations },
    ));
});
