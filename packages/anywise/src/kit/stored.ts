import { errorText } from '../core/errors/thrown.js';
import { parseEnvelope, type Envelope } from '../core/message/envelope.js';
import { limits } from '../core/message/limits.js';

/** A text as a database gives it back, which may have been damaged or changed by hand since it was stored. */
export interface StoredText {
  /** `null` where there is none; of one that has more than `limits.largestMessageBytes`, its beginning. */
  readonly text: string | null;
  /** How large it is, in bytes; `null` where there is none. */
  readonly bytes: number | null;
}

/** What is left of a stored text, and why it is not all that was stored, if it is not. */
export function readStored({ text, bytes }: StoredText): { readonly json: string; readonly error?: string } {
  if (text === null) return { json: '', error: 'Its envelope is missing in the database.' };
  if ((bytes ?? 0) <= limits.largestMessageBytes) return { json: text };
  return {
    json: text,
    error: `It has ${bytes} bytes in the database, more than the ${limits.largestMessageBytes} that are read of a message. Only its beginning is shown.`,
  };
}

/** What a stored text holds: an envelope, or what is left of it and why it holds none. */
export type StoredEnvelope =
  | { readonly envelope: Envelope }
  | { readonly envelope?: undefined; readonly unreadable: string; readonly reason: string };

/** Reads an envelope from a stored text. Throws nothing. */
export function readStoredEnvelope(stored: StoredText): StoredEnvelope {
  const { json, error } = readStored(stored);
  if (error !== undefined) return { unreadable: json, reason: error };
  try {
    const value = valueIn(json);
    // What was stored here was checked before: only what tells one message from another must still be there.
    return { envelope: isIdentified(value) ? value : parseEnvelope(json) };
  } catch (cause) {
    return { unreadable: json, reason: errorText(cause) };
  }
}

function valueIn(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isIdentified(value: unknown): value is Envelope {
  if (typeof value !== 'object' || value === null) return false;
  const { id, source, type, subject = '', partitionkey = '' } = value as Partial<Record<keyof Envelope, unknown>>;
  return [id, source, type, subject, partitionkey].every((attribute) => typeof attribute === 'string');
}
