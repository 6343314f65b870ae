import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import { AnywiseError } from '../core/errors/errors.js';
import type { Envelope } from '../core/message/envelope.js';
import type { Received } from '../core/ports/transport.js';
import { readCloudEvent, typedValue, type Attribute, type Found } from '../kit/cloud-event.js';

// Binary mode of the CloudEvents binding for NATS:
// https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/nats-protocol-binding.md
const attributePrefix = 'ce-';

/** Adds the headers of an envelope to empty ones, and gives its body. */
export function writeMessage(envelope: Envelope, headers: MsgHdrs): string | undefined {
  // Appended, as `set` would look through all of them first.
  headers.append('Content-Type', envelope.datacontenttype);
  const attributes = envelope as unknown as Readonly<Record<string, string | number | boolean | undefined>>;
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (value === undefined || name === 'data' || name === 'datacontenttype') continue;
    headers.append(`${attributePrefix}${name}`, encode(String(value)));
  }
  return JSON.stringify(envelope.data);
}

/** By what the server recognises a message that is published again: two sources may use the same id. */
export function messageIdOf({ source, id }: Envelope): string {
  return `${encode(source)} ${encode(id)}`;
}

const structuredType = 'application/cloudevents+json';

/** The headers of an envelope that is sent as one JSON text. */
export function structuredHeaders(makeHeaders: () => MsgHdrs): MsgHdrs {
  const headers = makeHeaders();
  headers.set('Content-Type', structuredType);
  return headers;
}

/** How many bytes a server takes of an envelope that is sent as one JSON text. */
export function largestJson({ info }: NatsConnection): number {
  return (info?.max_payload ?? Infinity) - `NATS/1.0\r\nContent-Type: ${structuredType}\r\n\r\n`.length;
}

export function tooLargeFor(type: string, json: string, most: number): AnywiseError {
  return new AnywiseError(
    'MESSAGE_TOO_LARGE',
    `\`${type}\` has ${Buffer.byteLength(json)} bytes as JSON, more than the ${most} that the NATS server takes. Send less, or raise \`max_payload\` in the server's configuration.`,
  );
}

/** The part of the client's message that is read. */
export interface RawMessage {
  readonly data: Uint8Array;
  readonly headers?: MsgHdrs | undefined;
}

/** Reads a message in binary or structured mode; never throws. */
export function readMessage({ data, headers }: RawMessage, found: Found): Received {
  if (headers === undefined) return readCloudEvent({ data, attributes: [], contentType: undefined }, found);
  return readCloudEvent({ data, attributes: attributesOf(headers), contentType: contentTypeOf(headers) }, found);
}

/** The names of headers may be in any case. */
function contentTypeOf(headers: MsgHdrs): string {
  for (const [header, [value = '']] of headers) if (header.toLowerCase() === 'content-type') return value;
  return '';
}

function attributesOf(headers: MsgHdrs): readonly Attribute[] {
  const found: Attribute[] = [];
  let isEvent = false;
  // Not by `get`, which looks through all of them each time.
  for (const [header, [value = '']] of headers) {
    const name = header.toLowerCase();
    if (name === 'content-type') found.push(['datacontenttype', value]);
    if (!name.startsWith(attributePrefix)) continue;
    const attribute = name.slice(attributePrefix.length);
    if (!/^[a-z\d]{1,20}$/.test(attribute)) continue;
    found.push([attribute, typedValue(attribute, decode(value))]);
    isEvent ||= attribute === 'specversion';
  }
  return isEvent ? found : [];
}

/** Percent-encodes what a header cannot carry, as the binding says. */
function encode(value: string): string {
  if (!/[^\x21\x23\x24\x26-\x7e]/.test(value)) return value;
  return value.replace(/[^\x21\x23\x24\x26-\x7e]+/gu, (part) => encodeURIComponent(part));
}

/** Other programs send values that are not encoded, a lone `%` among them. */
function decode(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
