/** How many waiting messages come on one dead letter. */
const shareOfDead = 50;

/**
 * Statements that fill a store with messages that stay: of a listener that no process has, and scheduled for a time that does
 * not come.
 *
 * @param {number} rows
 * @param {(count: number) => { readonly before: string, readonly from: string }} numbers what comes before the statement, and
 * where its `n` comes from
 */
export function backlog(rows, numbers) {
  if (rows === 0) return [];
  const now = Date.now();
  const inbox = `
    INSERT INTO anywise_inbox (source, listener, id, type, lane, envelope, correlation, state, at, last_error, received_at)`;
  const some = numbers(rows);
  const few = numbers(Math.ceil(rows / shareOfDead));
  return [
    `${some.before} ${inbox}
     SELECT '/gone', 'bench/gone', 'waiting' || n, 'bench.gone', '=' || (n % 1000), '{}', 'talk' || (n / 10), 'ready', 0, NULL, ${now}
     ${some.from}`,
    `${few.before} ${inbox}
     SELECT '/gone', 'bench/gone', 'dead' || n, 'bench.gone', '=' || (n % 1000), '{}', 'talk' || (n / 10),
       CASE n % 3 WHEN 0 THEN 'parked' ELSE 'dead' END, ${now}, 'The ledger answered ' || n || '.', ${now}
     ${few.from}`,
    `${some.before}
     INSERT INTO anywise_outbox (id, lane, envelope, correlation, state, due_at, created_at)
     SELECT 'scheduled' || n, '=' || n, '{}', 'talk' || (n / 10), 'scheduled', ${now + 1e10} + n, ${now} ${some.from}`,
  ];
}
