import { contract, event, on, SqlTransaction, type BatchListenerDefinition, type Migration } from 'anywise';
import { z } from 'zod';

export class Printed extends event('printing.printed', {
  entityId: ({ printer }) => printer,
  data: z.object({ printer: z.string(), page: z.int(), isDeadly: z.boolean() }),
}) {}
export const printing = contract('printing', { Printed });

export const migrations: readonly Migration[] = [
  {
    name: 'printing',
    sql: `
      CREATE TABLE sent (printer TEXT NOT NULL, page INTEGER NOT NULL);
      CREATE TABLE heard (place INTEGER NOT NULL, printer TEXT NOT NULL, page INTEGER NOT NULL);`,
  },
];

/**
 * Writes a row for each event of a batch.
 *
 * @param begins awaited before a batch writes anything.
 * @param written called with each batch before it is committed.
 */
export function hearsPages(
  begins: () => Promise<void>,
  written: (events: readonly Printed[]) => Promise<void>,
): BatchListenerDefinition<Printed, [{ readonly sql: SqlTransaction }]> {
  return on(Printed)
    .named('hears')
    .batch({ max: 20 })
    .retry({ attempts: 3 })
    .onDead('skip')
    .inject({ sql: SqlTransaction })
    .listen(async (events, _context, { sql }) => {
      await begins();
      for (const { printer, page } of events) {
        await sql.run(
          'INSERT INTO heard (place, printer, page) SELECT count(*) + 1, CAST(? AS TEXT), CAST(? AS INTEGER) FROM heard WHERE printer = ?',
          printer,
          page,
          printer,
        );
      }
      await written(events);
    });
}
