import { InvalidMessageError } from 'anywise';
import type { Request } from 'express';

/** The `cursor` and `limit` with which a list is asked for, for a query whose data is `Page`. */
export function readPage({ query: { cursor, limit } }: Request): object {
  const isNumber = typeof limit === 'string' && /^\d{1,9}$/.test(limit);
  return { cursor, limit: isNumber ? Number(limit) : limit };
}

/**
 * What the handler of a list throws when no page has the cursor, or none that the user may see: it is answered with 400.
 *
 * @param type the wire name of the query.
 */
export function unknownCursor(type: string): InvalidMessageError {
  return new InvalidMessageError(type, [
    { path: ['cursor'], message: 'is not the `nextCursor` of any page: leave it out for the first page' },
  ]);
}
