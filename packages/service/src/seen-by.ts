import type { SqlValue } from 'anywise';
import type { User } from './auth/user.js';

/** Part of a `WHERE`, with the values of its placeholders. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/**
 * Which rows of a table a user sees, by its column `owner_id`: their own, and all for support. A row without an owner is for
 * support alone.
 *
 * @example
 * const seen = seenBy(context.get(CurrentUser));
 * await sql.get(`SELECT * FROM payment WHERE payment_id = ? AND ${seen.sql}`, paymentId, ...seen.values);
 */
export function seenBy({ id, role }: User): Condition {
  return role === 'support' ? { sql: 'TRUE', values: [] } : { sql: 'owner_id = ?', values: [id] };
}
