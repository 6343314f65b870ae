import { describe, expect, test } from '@jest/globals';
import { orderKey, parseEnvelope } from './envelope.js';
import { testEnvelope } from '../../testing/envelopes.js';

describe('an envelope', () => {
  test('is read from its JSON, unknown attributes included', () => {
    const envelope = { ...testEnvelope({ id: 'e1', subject: 'o1' }), tenant: '"acme"' };
    expect(parseEnvelope(JSON.stringify(envelope))).toEqual(envelope);
  });

  test.each([
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

  test('says everything that is wrong with it', () => {
    expect(() => parseEnvelope('{"id":"e1"}')).toThrowErrorMatchingInlineSnapshot(
      `"An envelope cannot be read: \`source\` must be a non-empty string; \`type\` must be a non-empty string; \`time\` must be a non-empty string; \`correlationid\` must be a non-empty string; \`specversion\` must be \`1.0\`; \`kind\` is not known; \`schemaversion\` must be a whole number."`,
    );
    expect(() => parseEnvelope('<xml/>')).toThrow('An envelope is not JSON: <xml/>');
  });

  test('is kept in order by its partition key, else by its subject', () => {
    expect(orderKey(testEnvelope({ subject: 'o1', partitionkey: 'p1' }))).toBe('p1');
    expect(orderKey(testEnvelope({ subject: 'o1' }))).toBe('o1');
    expect(orderKey(testEnvelope())).toBeUndefined();
  });
});
