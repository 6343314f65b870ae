// The whole way of an event, as in `path.js`, to a listener that takes many at once and writes their rows in one statement.
import { SqlTransaction, on } from 'anywise';
import { Happened } from './event.js';
import { listenerName, pathTo } from './path.js';

const atOnce = 100;

export default pathTo((arrivals) =>
  on(Happened)
    .named(listenerName)
    .batch({ max: atOnce })
    .inject({ sql: SqlTransaction })
    .listen(async (events, _context, { sql }) => {
      for (const event of events) arrivals.arrived(event);
      const rows = events.map(() => '(?, ?)').join(', ');
      await sql.run(`INSERT INTO effect VALUES ${rows}`, ...events.flatMap(({ n, filler }) => [n, filler]));
    }),
);
