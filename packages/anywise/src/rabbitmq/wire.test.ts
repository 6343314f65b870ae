import { expect, it } from '@jest/globals';
import type { Envelope } from '../core/message/envelope.js';
import { testEnvelope } from '../testing/envelopes.js';
import { readMessage, writeMessage } from './wire.js';

const found = { kind: 'event', type: 'test.happened', name: 'Message 1', maxBytes: 1_000_000 };

type Properties = Parameters<typeof readMessage>[0]['properties'];

function message(body: string | Uint8Array, properties: object) {
  return { content: Buffer.from(body as string), properties: properties as Properties };
}

function sent(envelope: Envelope) {
  const { body, properties } = writeMessage(envelope);
  return { content: body, properties: properties as unknown as Properties };
}

it.each<Partial<Envelope>>([
  {},
  { subject: 'order 1', partitionkey: 'ä"%€😀', idempotencykey: '100%' },
  { data: null },
  { data: [1, { two: 'three' }] },
  { data: 'text' },
  { id: 'x'.repeat(500), correlationid: '%41' },
  { timeoutms: 1_500 },
])('reads what it wrote: %j', (change) => {
  const envelope = testEnvelope(change);
  expect(readMessage(sent(envelope), found)).toMatchObject({ envelope });
});

it('writes attributes as headers that any CloudEvents library reads, numbers as numbers', () => {
  const { properties } = writeMessage(testEnvelope({ id: 'm 1', subject: 'ä' }));
  expect(properties).toMatchObject({
    contentType: 'application/json',
    messageId: 'm 1',
    type: 'test.happened',
    headers: {
      cloudEvents_specversion: '1.0',
      cloudEvents_id: 'm 1',
      cloudEvents_subject: 'ä',
      cloudEvents_schemaversion: 1,
    },
  });
});

it('reads the other prefix, numbers written as texts, times of AMQP, and extensions that it does not know', () => {
  const envelope = testEnvelope({ time: '2026-01-02T03:04:05.000Z' });
  const { headers } = writeMessage(envelope).properties;
  const foreign: Record<string, unknown> = {
    'x-other': 'ignored',
    'cloudEvents:tenant': 'north',
    cloudEvents_empty: null,
  };
  for (const [name, value] of Object.entries(headers)) foreign[name.replace('_', ':')] = value;
  foreign['cloudEvents:schemaversion'] = '1';
  foreign['cloudEvents:time'] = { '!': 'timestamp', value: 1_767_323_045 };
  const received = readMessage(message('{}', { contentType: 'application/json', headers: foreign }), found);
  expect(received).toMatchObject({ envelope: { ...envelope, tenant: 'north' } });
});

it('reads a message without data', () => {
  const { data: _data, ...envelope } = testEnvelope();
  const received = readMessage(sent(envelope as Envelope), found);
  expect(received).toMatchObject({ envelope });
  expect(received).not.toHaveProperty('envelope.data');
});

it('reads structured mode', () => {
  const envelope = testEnvelope();
  const properties = { contentType: 'application/cloudevents+json; charset=utf-8', headers: {} };
  expect(readMessage(message(JSON.stringify(envelope), properties), found)).toMatchObject({ envelope });
});

it('lets the attributes of the headers count, whatever the body says', () => {
  const { properties } = sent(testEnvelope({ id: 'true' }));
  const headers = { ...properties.headers, cloudEvents_data: 'false' };
  const received = readMessage(message('1,"id":"false"', { ...properties, headers }), found);
  expect(received).toMatchObject({ envelope: { id: 'true', data: 1 } });
});

const ours = sent(testEnvelope()).properties;
const withHeaders = (change: object): object => ({ ...ours, headers: { ...ours.headers, ...change } });

it.each([
  ['no headers of a CloudEvent', message('{}', { headers: undefined }), '{}'],
  ['another version', message('{}', withHeaders({ cloudEvents_specversion: '2.0' })), '2.0'],
  [
    'a time that there is not',
    message('{}', withHeaders({ cloudEvents_time: { '!': 'timestamp', value: 1e300 } })),
    '{}',
  ],
  ['an attribute that is a table', message('{}', withHeaders({ cloudEvents_id: { a: 1 } })), '{}'],
  ['another type than its routing key', message('{}', withHeaders({ cloudEvents_type: 'test.other' })), 'test.other'],
  [
    'a name that is no attribute',
    message('{}', { headers: JSON.parse('{"cloudEvents___proto__":"x"}') as object }),
    '{}',
  ],
  ['data that is not UTF-8', message(new Uint8Array([255, 254]), {}), 'data:;base64,//4='],
  ['data that is not JSON', message('{', ours), '"data":{'],
])('hands over as unreadable what has %s', (_what, foreign, text) => {
  const received = readMessage(foreign, found);
  expect(received).toHaveProperty('reason');
  expect((received as { unreadable: string }).unreadable).toContain(text);
});

it('keeps the size and the beginning of what is too large', () => {
  const large = sent(testEnvelope({ data: 'x'.repeat(2_000) }));
  const received = readMessage(large, { ...found, maxBytes: 1_000 }) as { unreadable: string; reason: string };
  expect(received.reason).toContain(String(large.content.byteLength));
  expect(received.unreadable).toMatch(/^Message 1, of \d+ bytes: "xxx/);
});
