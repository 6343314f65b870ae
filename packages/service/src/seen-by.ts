import type { SqlValue } from 'anywise';
import type { User } from './auth/user.js';

/** Part of a `WHERE`, with the values of its placeholders. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/**
 * Selects the rows that a user may see, by the column `owner_id`: their own, or all for support. Only support sees rows
 * without an owner.
 *
 * @example
 * const seen = seenBy(context.get(CurrentUser));
 * await sql.get(`SELECT * FROM payment WHERE payment_id = ? AND ${seen.sql}`, paymentId, ...seen.values);
 */
export function seenBy({ id, role }: User): Condition {
  return role === 'support' ? { sql: 'TRUE', values: [] } : { sql: 'owner_id = ?', values: [id] };
}
