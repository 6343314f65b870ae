import { describeValue } from '../core/errors/describe.js';
import { AnywiseError } from '../core/errors/errors.js';
import { faultOf } from '../core/message/storable-text.js';

const shownOfSql = 200;
const mostBits = 64;

/**
 * Checks a statement of a handler before a database sees it, so that every store takes the same values and none changes one:
 * SQLite would cut a text at NUL, and bind NULL for a date.
 *
 * @throws AnywiseError (`INVALID_STATEMENT`) that names the parameter and what is wrong with it.
 */
export function checkStatement(sql: string, values: readonly unknown[]): void {
  const fault = faultOf(sql);
  if (fault !== undefined) throw invalid(sql, `its text ${fault}`);
  for (const [index, value] of values.entries()) {
    const problem = problemOf(value);
    if (problem !== undefined) throw invalid(sql, `parameter ${index + 1} ${problem}`);
  }
}

function problemOf(value: unknown): string | undefined {
  if (typeof value === 'string') return faultOf(value);
  if (typeof value === 'number') return Number.isNaN(value) ? 'is NaN, which SQLite takes for NULL' : undefined;
  if (typeof value === 'bigint') {
    return BigInt.asIntN(mostBits, value) === value ? undefined : `is a bigint of more than ${mostBits} bits`;
  }
  if (value === null || ArrayBuffer.isView(value)) return undefined;
  return `is ${describeValue(value)}, but must be a text, a number, a bigint, null or bytes`;
}

function invalid(sql: string, problem: string): AnywiseError {
  const shown = sql.replaceAll(/\s+/g, ' ').replaceAll('\0', '\\0').trim().slice(0, shownOfSql);
  return new AnywiseError('INVALID_STATEMENT', `A statement cannot be run: ${problem}. It reads \`${shown}\`.`);
}
