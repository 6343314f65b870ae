import type { Message } from 'amqplib';
import type { Envelope } from '../core/message/envelope.js';
import type { Received } from '../core/ports/transport.js';
import { readCloudEvent, typedValue, type Attribute, type Found } from '../kit/cloud-event.js';
import { longestName } from './names.js';

// Binary mode of the CloudEvents binding for AMQP, its attributes as headers:
// https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/amqp-protocol-binding.md
const attributePrefix = 'cloudEvents_';
/** Others write the prefix with a colon. */
const otherPrefix = 'cloudEvents:';
const attributeName = /^[a-z\d]{1,20}$/;

/** What is published of an envelope. */
export interface Written {
  readonly body: Buffer;
  readonly properties: {
    readonly contentType: string;
    readonly messageId?: string;
    readonly type?: string;
    readonly headers: Readonly<Record<string, string | number | boolean>>;
  };
}

/** Writes an envelope in binary mode. Numbers stay numbers. */
export function writeMessage(envelope: Envelope): Written {
  const { id, type, data, datacontenttype } = envelope;
  const attributes = envelope as unknown as Readonly<Record<string, string | number | boolean | undefined>>;
  const headers: Record<string, string | number | boolean> = {};
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (value === undefined || name === 'data' || name === 'datacontenttype') continue;
    headers[`${attributePrefix}${name}`] = value;
  }
  return {
    body: Buffer.from(data === undefined ? '' : JSON.stringify(data)),
    properties: {
      contentType: datacontenttype,
      // For people who look at the server: what counts are the headers, which may be longer.
      ...(Buffer.byteLength(id) <= longestName ? { messageId: id } : {}),
      ...(type.length <= longestName ? { type } : {}),
      headers,
    },
  };
}

/** Reads a message in binary or structured mode; never throws. */
export function readMessage({ content, properties }: Pick<Message, 'content' | 'properties'>, found: Found): Received {
  const contentType = typeof properties.contentType === 'string' ? properties.contentType : '';
  const attributes = attributesOf(properties.headers ?? {}, contentType);
  return readCloudEvent({ data: content, attributes, contentType }, found);
}

/** What distinguishes a message of ours from others; of a foreign one whatever it has. */
export function identityOf({ content, fields, properties }: Message): string {
  const { [`${attributePrefix}source`]: source, [`${attributePrefix}id`]: id } = properties.headers ?? {};
  return typeof id === 'string'
    ? JSON.stringify([source, id])
    : JSON.stringify([fields.routingKey, properties.messageId, content.toString('base64', 0, 300)]);
}

function attributesOf(headers: Readonly<Record<string, unknown>>, contentType: string): readonly Attribute[] {
  const found: Attribute[] = contentType === '' ? [] : [['datacontenttype', contentType]];
  let isEvent = false;
  for (const header of Object.keys(headers)) {
    if (!header.startsWith(attributePrefix) && !header.startsWith(otherPrefix)) continue;
    const name = header.slice(attributePrefix.length);
    const scalar = scalarOf(name, headers[header]);
    if (scalar === undefined || !attributeName.test(name)) continue;
    found.push([name, scalar]);
    isEvent ||= name === 'specversion';
  }
  return isEvent ? found : [];
}

/** The last second that a `Date` can have. */
const latestSecond = 8_640_000_000_000;

function scalarOf(name: string, value: unknown): string | number | boolean | undefined {
  if (typeof value === 'string') return typedValue(name, value);
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const { '!': type, value: seconds } = Object(value) as { readonly '!'?: unknown; readonly value?: unknown };
  if (type !== 'timestamp' || typeof seconds !== 'number' || !(Math.abs(seconds) <= latestSecond)) return undefined;
  return new Date(seconds * 1_000).toISOString();
}
