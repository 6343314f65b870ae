import { Entities, entity, on, projection, SqlTransaction, type Registrable } from 'anywise';
import { z } from 'zod';
import { Count, Counted } from './messages.js';

/** A key of the source, as its events make it. The snapshots are few events apart, so that processes die around them. */
const counter = entity('source.counter', {
  state: z.object({ n: z.number() }),
  snapshot: { every: 7, version: 1 },
})
  .create(Counted, ({ n }) => ({ n }))
  .evolve(Counted, (_state, { n }) => ({ n }));

/** Decides on the next number by those that are there, and says in a row that it did. */
const count = on(Count)
  .inject({ entities: Entities, sql: SqlTransaction })
  .handle(async ({ key }, _context, { entities, sql }) => {
    const loaded = await entities.load(counter, key);
    const n = (loaded.state?.n ?? 0) + 1;
    await sql.run('INSERT INTO counted (key, n) VALUES (?, ?)', key, n);
    await loaded.append(new Counted({ key, n }));
  });

/** Each event as a row, written after the commit. No key keeps duplicates out. */
export const followed = projection('source.followed', {
  version: 1,
  tables: { numbers: 'CREATE TABLE {numbers} (key TEXT NOT NULL, n INTEGER NOT NULL, version INTEGER NOT NULL)' },
}).on(Counted, ({ key, n }, { sql, tables: { numbers }, version }) =>
  sql.run(`INSERT INTO ${numbers} (key, n, version) VALUES (?, ?, ?)`, key, n, version),
);

/** Each key as a row, written with the event: the last number, and how many there were. */
export const inlined = projection('source.inlined', {
  version: 1,
  tables: { keys: 'CREATE TABLE {keys} (key TEXT PRIMARY KEY, n INTEGER NOT NULL, events INTEGER NOT NULL)' },
})
  .on(Counted, ({ key, n }, { sql, tables: { keys } }) =>
    sql.run(
      `INSERT INTO ${keys} (key, n, events) VALUES (?, ?, 1)
       ON CONFLICT (key) DO UPDATE SET n = excluded.n, events = ${keys}.events + 1`,
      key,
      n,
    ),
  )
  .inline();

export const counting: readonly Registrable[] = [counter, count, followed, inlined];
