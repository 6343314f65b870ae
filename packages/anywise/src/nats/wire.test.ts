import { expect, it } from '@jest/globals';
import { headers } from '@nats-io/transport-node';
import type { Envelope } from '../core/message/envelope.js';
import { testEnvelope } from '../testing/envelopes.js';
import { readMessage, writeMessage } from './wire.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const found = { kind: 'event', type: 'test.happened', name: 'Message 1', maxBytes: 1_000_000 };

function sent(envelope: Envelope) {
  const written = headers();
  const body = writeMessage(envelope, written);
  return { headers: written, data: bytes(body ?? '') };
}

it.each<Partial<Envelope>>([
  {},
  { subject: 'order 1', partitionkey: 'ä"%€😀', idempotencykey: '100%' },
  { data: null },
  { data: [1, { two: 'three' }] },
  { data: 'text' },
  { correlationid: '%41', causationid: 'a%zz' },
])('reads what it wrote: %j', (change) => {
  const envelope = testEnvelope(change);
  expect(readMessage(sent(envelope), found)).toMatchObject({ envelope });
});

it('writes attributes as headers that any CloudEvents library reads', () => {
  const { headers } = sent(testEnvelope({ id: 'm 1', subject: 'ä' }));
  expect(headers.get('Content-Type')).toBe('application/json');
  expect(headers.get('ce-specversion')).toBe('1.0');
  expect(headers.get('ce-id')).toBe('m%201');
  expect(headers.get('ce-subject')).toBe('%C3%A4');
  expect(headers.get('ce-schemaversion')).toBe('1');
});

it('reads headers in any case, values that are not encoded, and extensions that it does not know', () => {
  const envelope = testEnvelope();
  const { headers: written, data } = sent(envelope);
  const foreign = headers();
  for (const name of written.keys()) foreign.set(name.toUpperCase(), written.get(name));
  foreign.set('CE-SUBJECT', '50% off');
  foreign.set('ce-tenant', 'north');
  foreign.set('x-other', 'ignored');
  expect(readMessage({ headers: foreign, data }, found)).toMatchObject({
    envelope: { ...envelope, subject: '50% off', tenant: 'north' },
  });
});

it('reads structured mode whatever the case of its header', () => {
  const envelope = testEnvelope();
  const data = bytes(JSON.stringify(envelope));
  for (const name of ['Content-Type', 'content-type', 'CONTENT-TYPE']) {
    const message = { headers: headersWith(name, 'Application/CloudEvents+json; charset=utf-8'), data };
    expect(readMessage(message, found)).toMatchObject({ envelope });
  }
});

it('lets the attributes of the headers count, whatever the body says', () => {
  const { headers } = sent(testEnvelope({ id: 'true' }));
  const body = bytes('1,"id":"false"');
  expect(readMessage({ headers, data: body }, found)).toMatchObject({ envelope: { id: 'true' } });
});

it.each([
  ['no headers of a CloudEvent', { headers: headers(), data: bytes('{}') }, '{}'],
  ['another version', { headers: headersWith('ce-specversion', '2.0'), data: bytes('{}') }, '2.0'],
  ['a name that is no attribute', { headers: headersWith('ce-__proto__', 'x'), data: bytes('{}') }, '{}'],
  ['data that is not UTF-8', { headers: headers(), data: new Uint8Array([255, 254]) }, 'data:;base64,//4='],
  ['data that is not JSON', { headers: sent(testEnvelope()).headers, data: bytes('{') }, '"data":{'],
])('hands over as unreadable what has %s', (_what, message, text) => {
  const received = readMessage(message, found);
  expect(received).toHaveProperty('reason');
  expect((received as { unreadable: string }).unreadable).toContain(text);
});

it('keeps the size and the beginning of what is too large', () => {
  const message = sent(testEnvelope({ data: 'x'.repeat(2_000) }));
  const received = readMessage(message, { ...found, maxBytes: 1_000 }) as { unreadable: string; reason: string };
  expect(received.reason).toContain(String(message.data.byteLength));
  expect(received.unreadable).toMatch(/^Message 1, of \d+ bytes: "xxx/);
});

function headersWith(name: string, value: string) {
  const some = headers();
  some.set(name, value);
  return some;
}
