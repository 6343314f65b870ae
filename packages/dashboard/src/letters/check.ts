import { createHash } from 'node:crypto';
import { AnywiseError, parseEnvelope, type DeadLetter, type InvalidMessageError } from 'anywise';
import type { DashboardSource } from '../source.js';
import { envelopeOf } from './data.js';

/** An edited dead letter: its new envelope, or what is wrong with it, by the path in the data. */
export type Checked = { readonly json: string } | { readonly wrong: ReadonlyMap<string, string> };

/**
 * Puts new data into the envelope of a dead letter, or a whole new envelope in place of one that cannot be read, and checks
 * it by the contract where that is known here.
 */
export function checkEdit({ bus }: DashboardSource, letter: DeadLetter, data: unknown): Checked {
  try {
    if (bus !== undefined) return { json: bus.deadLetters.check(letter, data) };
    const envelope = envelopeOf(letter.json);
    const json = JSON.stringify(envelope === undefined ? data : { ...envelope, data });
    parseEnvelope(json);
    return { json };
  } catch (error) {
    if (isInvalid(error)) return { wrong: issuesOf(error) };
    if (AnywiseError.is(error)) return { wrong: new Map([['', error.message]]) };
    // It was read, but is nested too deep to be written.
    if (error instanceof RangeError) return { wrong: new Map([['', 'It is nested too deep.']]) };
    throw error;
  }
}

/** Tells whether a letter is still as it was when its form was made. */
export function fingerprint({ json }: Pick<DeadLetter, 'json'>): string {
  return createHash('sha256').update(json).digest('base64url');
}

function issuesOf(error: InvalidMessageError): ReadonlyMap<string, string> {
  return new Map(error.issues.map(({ path = [], message }) => [Array.from(path, nameOf).join('.'), message]));
}

function nameOf(part: PropertyKey | { readonly key: PropertyKey }): string {
  return String(typeof part === 'object' ? part.key : part);
}

function isInvalid(error: unknown): error is InvalidMessageError {
  return AnywiseError.is(error) && error.code === 'INVALID_MESSAGE' && 'issues' in error;
}
