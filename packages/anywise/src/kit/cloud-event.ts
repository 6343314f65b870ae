import type { Received } from '../core/ports/transport.js';
import { readEnvelope, textIn } from './wire.js';

/** The name of an attribute and its value. */
export type Attribute = readonly [name: string, value: string | number | boolean];

/** Attributes that are numbers, also where a broker carries texts only. */
const numeric: ReadonlySet<string> = new Set(['schemaversion', 'timeoutms']);

/** The value of an attribute that a broker carried as a text. */
export function typedValue(name: string, text: string): string | number {
  return numeric.has(name) && /^\d{1,15}$/.test(text) ? Number(text) : text;
}

/** Where a message was found, and how large it may be. */
export interface Found {
  /** What the broker knows about it; the message must agree. @defaultValue nothing */
  readonly kind?: string;
  readonly type?: string;
  /** Tells it from others with the same beginning. */
  readonly name: string;
  readonly maxBytes: number;
}

/** A message of a broker that carries attributes beside the data. */
export interface BrokerMessage {
  readonly data: Uint8Array;
  /** Of binary mode; empty if there are none. */
  readonly attributes: readonly Attribute[];
  /** `undefined` if the message has no headers at all: it is read as structured then. */
  readonly contentType: string | undefined;
}

const structured = /^application\/cloudevents\b/i;

/** Reads a CloudEvent in binary or in structured mode; never throws. */
export function readCloudEvent({ data, attributes, contentType }: BrokerMessage, found: Found): Received {
  const { maxBytes, ...wire } = found;
  const body = data.byteLength > maxBytes ? undefined : textIn(data);
  if (body === undefined) return readEnvelope({ ...wire, text: data }, maxBytes);
  if (attributes.length > 0) return readEnvelope({ ...wire, text: jsonOf(attributes, body) }, maxBytes);
  if (contentType !== undefined && !structured.test(contentType)) {
    return { unreadable: body, reason: 'It has neither CloudEvents headers nor the content type of a CloudEvent.' };
  }
  return readEnvelope({ ...wire, text: body }, maxBytes);
}

/** The envelope's JSON. The body is put in as it is, so that it is parsed once; before the attributes, which count. */
function jsonOf(attributes: readonly Attribute[], body: string): string {
  const given: Record<string, Attribute[1]> = {};
  for (const [name, value] of attributes) if (name !== 'data') given[name] = value;
  const named = JSON.stringify(given);
  if (body === '') return named;
  return named === '{}' ? `{"data":${body}}` : `{"data":${body},${named.slice(1)}`;
}
