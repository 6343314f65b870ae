/** The states of the rows that a store is filled with, `dead` a fiftieth as often as the others. */
const inboxStates = ['ready', 'tried', 'handled', 'dead'] as const;
const outboxStates = ['waiting', 'scheduled', 'parked'] as const;

const listeners = 5;
const shareOfDead = 50;

/** Fills the tables of an SQLite store with so many rows of each state. */
export function fillSqlite(run: (sql: string) => void, count: number): void {
  const numbers = (n: number): string =>
    `WITH RECURSIVE one (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE n < ${n})`;
  for (const state of inboxStates) {
    run(`${numbers(rowsOf(state, count))} ${inboxRows(state)} FROM one`);
  }
  for (const state of outboxStates) run(`${numbers(count)} ${outboxRows(state)} FROM one`);
}

/** The same for the tables of a PostgreSQL store. @param schema the quoted name. */
export async function fillPostgres(
  run: (sql: string) => Promise<unknown>,
  schema: string,
  count: number,
): Promise<void> {
  const numbers = (n: number): string => `FROM generate_series(1, ${n}) AS n`;
  for (const state of inboxStates) {
    await run(`${inboxRows(state, schema)} ${numbers(rowsOf(state, count))}`);
  }
  for (const state of outboxStates) await run(`${outboxRows(state, schema)} ${numbers(count)}`);
}

function rowsOf(state: (typeof inboxStates)[number], count: number): number {
  return state === 'dead' ? Math.ceil(count / shareOfDead) : count;
}

/** A third of the dead ones hold up their keys. */
function inboxRows(state: (typeof inboxStates)[number], schema?: string): string {
  const stored = {
    ready: `'ready'`,
    tried: `'ready'`,
    handled: `'handled'`,
    dead: `CASE n % 3 WHEN 0 THEN 'parked' ELSE 'dead' END`,
  };
  const table = schema === undefined ? 'anywise_inbox' : `${schema}.anywise_inbox`;
  return `
    INSERT INTO ${table} (source, listener, id, type, lane, envelope, correlation, causation, state, at, last_error, received_at)
    SELECT '/test', 'listener' || (n % ${listeners}), '${state}' || n, 'test.happened', '=' || (n % 1000), '{}', 'talk' || (n / 10),
      'cause' || n, ${stored[state]}, ${state === 'ready' ? '0' : 'n'},
      ${state === 'dead' ? `'The ledger answered ' || n || '.'` : 'NULL'}, n`;
}

function outboxRows(state: (typeof outboxStates)[number], schema?: string): string {
  const table = schema === undefined ? 'anywise_outbox' : `${schema}.anywise_outbox`;
  return `
    INSERT INTO ${table} (id, lane, envelope, correlation, state, due_at, created_at)
    SELECT '${state}' || n, '=' || n, '{}', 'talk' || (n / 10), '${state}', n, n`;
}
