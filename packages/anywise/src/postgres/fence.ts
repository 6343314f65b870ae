import { stateOf } from './client.js';

/** The SQLSTATE of a division by zero. */
const divisionByZero = '22012';

/**
 * A statement that fails if it changes no row. So `COMMIT` can be sent right behind it, without waiting for its answer:
 * PostgreSQL rolls a transaction with a failed statement back instead.
 *
 * @param sql changes at most one row.
 */
export function fenced(sql: string): string {
  return `WITH changed AS (${sql} RETURNING 1) SELECT 1 / count(*) FROM changed`;
}

/**
 * The same for a statement that must change exactly so many rows.
 *
 * @param count the number of the value that says how many.
 */
export function fencedAll(sql: string, count: string): string {
  return `
    WITH changed AS (${sql} RETURNING 1)
    SELECT 1 / (CASE WHEN count(*) = ${count}::integer THEN 1 ELSE 0 END) FROM changed`;
}

/** Whether a fenced statement went through; `false` if it changed no row. */
export async function passes(fence: Promise<unknown>): Promise<boolean> {
  try {
    await fence;
    return true;
  } catch (error) {
    if (stateOf(error) === divisionByZero) return false;
    throw error;
  }
}
