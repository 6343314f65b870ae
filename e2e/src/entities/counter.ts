import {
  command,
  contract,
  Entities,
  entity,
  event,
  on,
  projection,
  SqlTransaction,
  type Migration,
  type ProjectionBuilder,
} from 'anywise';
import { z } from 'zod';

const data = z.object({ id: z.string() });

export class Increment extends command('counters.increment', { data }) {}
export class Incremented extends event('counters.incremented', {
  entityId: ({ id }) => id,
  data: data.extend({ n: z.number() }),
}) {}
export const counters = contract('counters', { Increment, Incremented });

export const migrations: readonly Migration[] = [
  {
    name: 'counters',
    sql: `
      CREATE TABLE total (id TEXT PRIMARY KEY, n INTEGER NOT NULL);
      CREATE TABLE heard (place INTEGER NOT NULL, id TEXT NOT NULL, n INTEGER NOT NULL);`,
  },
];

const counter = entity('counters.counter', {
  state: z.object({ n: z.number() }),
  snapshot: { every: 7, version: 1 },
})
  .create(Incremented, ({ n }) => ({ n }))
  .evolve(Incremented, (_state, { n }) => ({ n }));

const increments = on(Increment)
  .inject({ entities: Entities })
  .handle(async ({ id }, _context, { entities }) => {
    const loaded = await entities.load(counter, id);
    await loaded.append(new Incremented({ id, n: (loaded.state?.n ?? 0) + 1 }));
  });

/** In the transaction of the event, so that it is never behind. */
const totals = on(Incremented)
  .named('totals')
  .inline()
  .inject({ sql: SqlTransaction })
  .listen(async ({ id, n }, _context, { sql }) => {
    const changed = await sql.run('UPDATE total SET n = ? WHERE id = ?', n, id);
    if (changed === 0) await sql.run('INSERT INTO total (id, n) VALUES (?, ?)', id, n);
  });

/** After the commit, once and in order. */
const hears = on(Incremented)
  .named('hears')
  .inject({ sql: SqlTransaction })
  .listen(async ({ id, n }, _context, { sql }) => {
    await sql.run(
      'INSERT INTO heard (place, id, n) SELECT count(*) + 1, CAST(? AS TEXT), CAST(? AS INTEGER) FROM heard WHERE id = ?',
      id,
      n,
      id,
    );
  });

/** Each event as a row, whose key would refuse a second one. */
function rowsOf(name: string): ProjectionBuilder<'counted'> {
  return projection(`counters.${name}`, {
    version: 1,
    tables: { counted: 'CREATE TABLE {counted} (id TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (id, n))' },
  }).on(Incremented, ({ id, n }, { sql, tables: { counted } }) =>
    sql.run(`INSERT INTO ${counted} (id, n) VALUES (?, ?)`, id, n),
  );
}

/** Everything that the service does. */
export const counting = [
  ...[counter, increments, totals, hears],
  ...[rowsOf('followed'), rowsOf('inlined').inline()],
] as const;
