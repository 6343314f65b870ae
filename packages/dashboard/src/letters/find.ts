import type { DeadLetter, InboxRef } from 'anywise';
import { HttpError } from '../http/http-error.js';
import { sourceOf, type Visit } from '../visit.js';
import type { DashboardSource } from '../source.js';

/** A dead letter, and whose it is. */
export interface Found {
  readonly source: DashboardSource;
  readonly letter: DeadLetter;
}

/** @throws HttpError (400) if the fields name no message. */
export function refOf(fields: URLSearchParams): InboxRef {
  const [listener, id, source] = [fields.get('listener'), fields.get('id'), fields.get('source')];
  if (listener === null || id === null || source === null) {
    throw new HttpError(400, 'The address names no dead letter: it needs `listener`, `source` and `id`.');
  }
  return { listener, id, source };
}

/** @throws HttpError (404) if it was replayed or discarded, or never was one. */
export async function findLetter(visit: Visit, fields: URLSearchParams): Promise<Found> {
  const source = sourceOf(visit, fields.get('service'));
  const ref = refOf(fields);
  const [letter] = await source.store.deadLetters.list(ref, { limit: 1 });
  if (letter !== undefined) return { source, letter };
  throw new HttpError(404, `\`${ref.listener}\` has no dead letter ${ref.id}. It was replayed or discarded.`);
}
