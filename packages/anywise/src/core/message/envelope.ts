import { AnywiseError } from '../errors/errors.js';

/** What an envelope carries. Said in an attribute, so that no receiver has to guess from the body. */
export type EnvelopeKind = 'command' | 'query' | 'event' | 'reply' | 'error';

/**
 * The message on the wire and at rest: CloudEvents 1.0, structured JSON. Attribute names are lower-case letters and digits,
 * at most 20; values are scalars. Attributes of context keys with a header stand beside the others.
 *
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md
 */
export interface Envelope {
  readonly specversion: '1.0';
  /** One id from birth to grave; with `source` what duplicates are recognised by. */
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
  readonly idempotencykey?: string;
  /** When nobody waits for the command any more, RFC 3339. */
  readonly expirytime?: string;
  /** What is kept in order; the subject if absent. */
  readonly partitionkey?: string;
  readonly data: unknown;
}

/** The key within which envelopes keep their order; without one they have none. */
export function orderKey(envelope: Envelope): string | undefined {
  return envelope.partitionkey ?? envelope.subject;
}

/**
 * Reads an envelope from its JSON.
 *
 * @throws AnywiseError (`UNREADABLE_MESSAGE`) that says what is wrong with it.
 */
export function parseEnvelope(json: string): Envelope {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new AnywiseError('UNREADABLE_MESSAGE', `An envelope is not JSON: ${json.slice(0, 80)}`, { cause });
  }
  const problems = problemsOf(value);
  if (problems.length > 0) {
    throw new AnywiseError('UNREADABLE_MESSAGE', `An envelope cannot be read: ${problems.join('; ')}.`);
  }
  return value as Envelope;
}

/** The envelope that a text holds; `undefined` where it holds none. */
export function envelopeIn(json: string): Envelope | undefined {
  try {
    return parseEnvelope(json);
  } catch {
    return undefined;
  }
}

const required = ['id', 'source', 'type', 'time', 'correlationid'] as const;
const kinds: ReadonlySet<unknown> = new Set(['command', 'query', 'event', 'reply', 'error']);

function problemsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return ['it is not an object'];
  const attributes = value as Readonly<Record<string, unknown>>;
  const problems = required
    .filter((name) => typeof attributes[name] !== 'string' || attributes[name] === '')
    .map((name) => `\`${name}\` must be a non-empty string`);
  if (attributes.specversion !== '1.0') problems.push('`specversion` must be `1.0`');
  if (!kinds.has(attributes.kind)) problems.push('`kind` is not known');
  if (!Number.isInteger(attributes.schemaversion)) problems.push('`schemaversion` must be a whole number');
  return problems;
}
