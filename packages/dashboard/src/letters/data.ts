import { parseEnvelope, type Envelope } from 'anywise';
import type { World } from '../world.js';

/** What may be shown of the data of a message. */
export type ShownData =
  /** It is shown as it is. */
  | { readonly kind: 'whole'; readonly data: unknown }
  /** `redact` changed it. */
  | { readonly kind: 'redacted'; readonly data: unknown }
  | { readonly kind: 'hidden' };

export function shownData(
  { showData, redact }: Pick<World, 'showData' | 'redact'>,
  type: string,
  data: unknown,
): ShownData {
  if (!showData) return { kind: 'hidden' };
  if (redact === undefined) return { kind: 'whole', data };
  // It gets a copy, so that it may delete what it likes.
  const before = JSON.stringify(data) as string | undefined;
  const redacted = redact(type, before === undefined ? data : (JSON.parse(before) as unknown));
  return JSON.stringify(redacted) === before ? { kind: 'whole', data } : { kind: 'redacted', data: redacted };
}

/** The envelope in a text; `undefined` if it is not one. */
export function envelopeOf(json: string): Envelope | undefined {
  try {
    return parseEnvelope(json);
  } catch {
    return undefined;
  }
}

/** The trace of a `traceparent`. */
export function traceIdOf({ traceparent = '' }: Pick<Envelope, 'traceparent'>): string | undefined {
  return /^[\da-f]{2}-([\da-f]{32})-/.exec(traceparent)?.[1];
}
