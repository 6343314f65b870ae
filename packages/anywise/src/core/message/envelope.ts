import { AnywiseError } from '../errors/errors.js';
import { errorText } from '../errors/thrown.js';
import { envelopeProblems } from './envelope-problems.js';
import { isDeeperThan } from './json-depth.js';
import { limits } from './limits.js';

/** The kind of message in an envelope. An attribute, so that no receiver has to guess it from the body. */
export type EnvelopeKind = 'command' | 'query' | 'event' | 'reply' | 'error';

/**
 * The message on the wire and at rest: CloudEvents 1.0, structured JSON. Attribute names are lower-case letters and digits,
 * at most 20; values are scalars. Context keys with a header add attributes of their own.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export interface Envelope {
  readonly specversion: '1.0';
  /** The message's id, which never changes. Together with `source` it identifies duplicates. */
  readonly id: string;
  /** Who sent it, a URI reference such as `/payments`. */
  readonly source: string;
  /** The message's wire name. */
  readonly type: string;
  /** When it happened or was sent, RFC 3339. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** The entity that an event is about. */
  readonly subject?: string;
  readonly kind: EnvelopeKind;
  /** The version of the data's shape; receivers upcast older ones. */
  readonly schemaversion: number;
  readonly correlationid: string;
  readonly causationid?: string;
  readonly traceparent?: string;
  readonly tracestate?: string;
  readonly idempotencykey?: string;
  /** When the sender of a request stops waiting, RFC 3339. */
  readonly expirytime?: string;
  /** For how long the sender of a request waits, in milliseconds: unlike a time, it means the same by any clock. */
  readonly timeoutms?: number;
  /** The key within which messages keep their order; the subject if absent. */
  readonly partitionkey?: string;
  readonly data: unknown;
}

/** The key within which envelopes keep their order; without one they have none. */
export function orderKey(envelope: Envelope): string | undefined {
  return envelope.partitionkey ?? envelope.subject;
}

/**
 * Reads an envelope from its JSON. An attribute that is `null` counts as absent, as CloudEvents demands.
 *
 * @throws AnywiseError (`UNREADABLE_MESSAGE`) that lists everything that is wrong with it.
 */
export function parseEnvelope(json: string): Envelope {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new AnywiseError('UNREADABLE_MESSAGE', `An envelope is not JSON: ${json.slice(0, 80)}`, { cause });
  }
  const attributes = withoutNulls(value);
  const problems = envelopeProblems(attributes);
  if (isDeeperThan(limits.depth, json)) problems.push(`it is nested more than ${limits.depth} levels deep`);
  if (problems.length > 0) {
    throw new AnywiseError('UNREADABLE_MESSAGE', `An envelope cannot be read: ${problems.join('; ')}.`);
  }
  return attributes as Envelope;
}

/** The envelope in a text; `undefined` if the text is not an envelope. */
export function envelopeIn(json: string): Envelope | undefined {
  try {
    return parseEnvelope(json);
  } catch {
    return undefined;
  }
}

/** An envelope and its JSON. */
export interface WrittenEnvelope {
  readonly envelope: Envelope;
  readonly json: string;
}

/**
 * Writes an envelope that was made here.
 *
 * @throws AnywiseError (`INVALID_ENVELOPE`) that names the attributes which no receiver could accept.
 * @throws AnywiseError (`MESSAGE_TOO_LARGE`) with both sizes.
 */
export function writeEnvelope(envelope: Envelope, maxBytes: number): WrittenEnvelope {
  const problems = envelopeProblems(envelope);
  if (problems.length > 0) throw invalid(envelope.type, problems);
  let json: string;
  try {
    json = JSON.stringify(envelope);
  } catch (cause) {
    throw invalid(envelope.type, [`it cannot be written as JSON (${errorText(cause)})`]);
  }
  const bytes = json.length * 3 <= maxBytes ? 0 : Buffer.byteLength(json);
  if (bytes > maxBytes) throw tooLarge(envelope.type, bytes, maxBytes);
  if (isDeeperThan(limits.depth, json))
    throw invalid(envelope.type, [`it is nested more than ${limits.depth} levels deep`]);
  return { envelope, json };
}

function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (!hasNull(value as Readonly<Record<string, unknown>>)) return value;
  const entries = Object.entries(value);
  const isUnset = ([name, attribute]: readonly [string, unknown]): boolean => attribute === null && name !== 'data';
  return entries.some(isUnset) ? Object.fromEntries(entries.filter((entry) => !isUnset(entry))) : value;
}

/** Nearly always there is none. */
function hasNull(attributes: Readonly<Record<string, unknown>>): boolean {
  for (const name in attributes) if (attributes[name] === null) return true;
  return false;
}

function invalid(type: string, problems: readonly string[]): AnywiseError {
  return new AnywiseError('INVALID_ENVELOPE', `\`${type}\` cannot be sent: ${problems.join('; ')}.`);
}

/** A message is larger than it may be. */
export function tooLarge(type: string, bytes: number, maxBytes: number): AnywiseError {
  return new AnywiseError(
    'MESSAGE_TOO_LARGE',
    `\`${type}\` has ${bytes} bytes, more than the ${maxBytes} that a message may have. Send less, such as a reference to what is large, or raise \`maxMessageBytes\` everywhere.`,
  );
}
