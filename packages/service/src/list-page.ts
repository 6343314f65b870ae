import { InvalidMessageError } from 'anywise';
import type { Request } from 'express';

/** Reads `cursor` and `limit` from a request, for a query whose data is `Page`. */
export function readPage({ query: { cursor, limit } }: Request): object {
  const isNumber = typeof limit === 'string' && /^\d{1,9}$/.test(limit);
  return { cursor, limit: isNumber ? Number(limit) : limit };
}

/**
 * The error for a list's handler to throw if the cursor is unknown, or not of a page that the user may see. It becomes a
 * 400.
 *
 * @param type the wire name of the query.
 */
export function unknownCursor(type: string): InvalidMessageError {
  return new InvalidMessageError(type, [
    { path: ['cursor'], message: 'is not the `nextCursor` of any page: leave it out for the first page' },
  ]);
}
