import { readable } from '../data/snapshot.js';
import { HttpError } from '../http/http-error.js';
import type { Visit } from '../visit.js';

/**
 * The `seq` that a page of a list follows; `undefined` for the first page.
 *
 * @throws HttpError (400) if it is not a number.
 */
export function afterOf({ query }: Pick<Visit, 'query'>): number | undefined {
  return wholeNumberIn(query, 'after');
}

/** @throws HttpError (400) if the field is there and is not a whole number. */
export function wholeNumberIn(fields: URLSearchParams, name: string): number | undefined {
  const text = fields.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new HttpError(400, `\`${name}\` is not a whole number.`);
  return Number(text);
}

/** The time by the clock of a service's database. */
export function nowOf({ sight }: Pick<Visit, 'sight'>, service: string): number {
  return readable(sight.snapshot).find((each) => each.service === service)?.counts.at ?? sight.snapshot.takenAt;
}
