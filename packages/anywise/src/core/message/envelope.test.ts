import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { orderKey, parseEnvelope, writeEnvelope } from './envelope.js';
import { testEnvelope } from '../../testing/envelopes.js';

describe('an envelope', () => {
  it('is read from its JSON, unknown attributes included', () => {
    const envelope = { ...testEnvelope({ id: 'e1', subject: 'o1' }), tenant: '"acme"' };
    expect(parseEnvelope(JSON.stringify(envelope))).toEqual(envelope);
  });

  it.each([
    { what: 'no object', json: '7' },
    { what: 'null', json: 'null' },
    { what: 'another version of CloudEvents', json: JSON.stringify({ ...testEnvelope(), specversion: '2.0' }) },
    { what: 'an unknown kind', json: JSON.stringify({ ...testEnvelope(), kind: 'rumour' }) },
    { what: 'an empty id', json: JSON.stringify(testEnvelope({ id: '' })) },
    { what: 'half a version', json: JSON.stringify(testEnvelope({ schemaversion: 1.5 })) },
    { what: 'no JSON', json: '<xml/>' },
  ])('with $what is refused', ({ json }) => {
    expect(() => parseEnvelope(json)).toThrow(
      expect.objectContaining({ code: 'UNREADABLE_MESSAGE', retryable: false }),
    );
  });

  it('says everything that is wrong with it', () => {
    expect(() => parseEnvelope('{"id":"e1"}')).toThrowErrorMatchingInlineSnapshot(
      `"An envelope cannot be read: \`source\` must be a non-empty string; \`type\` must be a non-empty string; \`time\` must be a non-empty string; \`correlationid\` must be a non-empty string; \`specversion\` must be \`1.0\`; \`kind\` is not known; \`schemaversion\` must be a whole number from 1."`,
    );
    expect(() => parseEnvelope('<xml/>')).toThrow('An envelope is not JSON: <xml/>');
  });

  it('is kept in order by its partition key, else by its subject', () => {
    expect(orderKey(testEnvelope({ subject: 'o1', partitionkey: 'p1' }))).toBe('p1');
    expect(orderKey(testEnvelope({ subject: 'o1' }))).toBe('o1');
    expect(orderKey(testEnvelope())).toBeUndefined();
  });
});

describe('the attributes of an envelope', () => {
  const read = (change: object): unknown => parseEnvelope(JSON.stringify({ ...testEnvelope(), ...change }));

  it.each(['subject', 'partitionkey', 'causationid', 'traceparent', 'idempotencykey', 'expirytime', 'timeoutms'])(
    'are absent where they are null: %s',
    (name) => {
      expect(read({ [name]: null })).not.toHaveProperty(name);
    },
  );

  it.each(['id', 'source', 'type', 'time', 'subject', 'partitionkey', 'causationid', 'traceparent', 'idempotencykey'])(
    'must be texts: %s',
    (name) => {
      for (const value of [5, true, {}, [], ['a'], '', 'a\0b', 'x'.repeat(513), '\ud800']) {
        expect(() => read({ [name]: value })).toThrow(new RegExp(`\`${name}\``));
      }
    },
  );

  it.each([
    ['a long subject', { subject: '€'.repeat(170) }],
    ['data that is null', { data: null }],
    ['a media type with a parameter', { datacontenttype: 'application/json; charset=utf-8' }],
    ['no media type', { datacontenttype: null }],
    ['a time with an offset', { time: '2026-01-01T12:00:00+02:00' }],
    ['a number of milliseconds to wait', { timeoutms: 5_000 }],
    ['attributes of others', { tenant: 'acme', sequence: 5 }],
  ])('may have %s', (_what, change) => {
    expect(() => read(change)).not.toThrow();
  });

  it.each([
    ['an invalid time', { time: 'yesterday' }],
    ['version 0', { schemaversion: 0 }],
    ['no time at all', { timeoutms: 0 }],
    ['half a millisecond', { timeoutms: 1.5 }],
    ['a number as a text', { timeoutms: '5000' }],
    ['data that is not JSON', { datacontenttype: 'text/xml' }],
    ['binary data', { data_base64: 'AA==' }],
  ])('may not have %s', (_what, change) => {
    expect(() => read(change)).toThrow(expect.objectContaining({ code: 'UNREADABLE_MESSAGE' }));
  });

  it('survive a text that is not an envelope of any kind', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((json) => `{"data":${json}}`),
        ),
        (text) => {
          expect(() => parseEnvelope(text)).toThrow(expect.objectContaining({ code: 'UNREADABLE_MESSAGE' }));
        },
      ),
    );
  });
});

describe('a written envelope', () => {
  it('reads as what was written, whatever its data and its ids', () => {
    const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), id, id, (data, subject, messageId) => {
        const envelope = testEnvelope({ data, subject, id: messageId });
        const { json } = writeEnvelope(envelope, 1_000_000);
        expect(parseEnvelope(json)).toEqual(JSON.parse(JSON.stringify(envelope)));
      }),
    );
  });

  it('may have as many bytes as the limit says, and no more', () => {
    const envelope = testEnvelope({ data: '€€€' });
    const bytes = Buffer.byteLength(JSON.stringify(envelope));
    expect(writeEnvelope(envelope, bytes).json).toHaveLength(bytes - 6);
    expect(() => writeEnvelope(envelope, bytes - 1)).toThrow(
      expect.objectContaining({
        code: 'MESSAGE_TOO_LARGE',
        message: expect.stringContaining(`has ${bytes} bytes, more than the ${bytes - 1}`) as unknown,
      }),
    );
  });

  it.each([
    ['a key that is a number', { subject: 5 as never }],
    ['a key that is long', { subject: 'x'.repeat(600) }],
    ['a key with a NUL', { partitionkey: 'a\0' }],
    ['data that contains itself', { data: cyclic() }],
    ['data that JSON cannot hold', { data: { at: 5n } }],
    ['data that is nested too deep', { data: nested(100) }],
  ])('is refused with %s', (_what, change) => {
    expect(() => writeEnvelope(testEnvelope(change), 1_000_000)).toThrow(
      expect.objectContaining({
        code: 'INVALID_ENVELOPE',
        message: expect.stringMatching(/^`test.happened`/) as unknown,
      }),
    );
  });

  it('counts brackets in texts as letters', () => {
    const data = { text: '[{'.repeat(200), quoted: `"${'['.repeat(200)}\\`, deep: nested(97) };
    expect(parseEnvelope(writeEnvelope(testEnvelope({ data }), 1_000_000).json).data).toEqual(data);
  });
});

function cyclic(): unknown {
  const data: Record<string, unknown> = {};
  data.self = data;
  return data;
}

function nested(levels: number): unknown {
  let data: unknown = 1;
  for (let level = 0; level < levels; level++) data = [data];
  return data;
}
