import { describe, expect, it } from '@jest/globals';
import type { DeadLetter } from '../../core/ports/dead-letters.js';
import { testEnvelope } from '../../testing/envelopes.js';
import { rewrite, textOf } from './rewrite.js';

const envelope = testEnvelope({ id: 'm-1', subject: 'o-1', data: { amount: 'many' } });

function deadLetter(json: string, original?: string): DeadLetter {
  return {
    seq: 1,
    listener: 'orders/start',
    source: '/test',
    id: 'm-1',
    type: envelope.type,
    key: 'o-1',
    json,
    original,
    holdsUp: 'key',
    attempts: 10,
    error: 'broken',
    failures: [],
    receivedAt: 0,
    diedAt: 0,
  };
}

const readable = deadLetter(JSON.stringify(envelope));
const unreadable = deadLetter('{ half of it');

describe('editing the data', () => {
  it('begins with the data, in lines', () => {
    expect(textOf(readable, 'data')).toBe('{\n  "amount": "many"\n}');
  });

  it('replaces the data and nothing else', () => {
    expect(JSON.parse(rewrite(readable, 'data', '{"amount":5}'))).toEqual({ ...envelope, data: { amount: 5 } });
  });

  it('needs JSON', () => {
    expect(() => rewrite(readable, 'data', '{"amount":')).toThrow(
      expect.objectContaining({ exitCode: 2, message: expect.stringMatching(/^The new data is not JSON: /) }),
    );
  });

  it('needs an envelope to put it into', () => {
    expect(() => rewrite(unreadable, 'data', '{}')).toThrowErrorMatchingInlineSnapshot(`
      "It has no data to edit. An envelope is not JSON: { half of it
      Replace the whole text with \`--envelope\`."
    `);
    expect(() => textOf(unreadable, 'data')).toThrow('It has no data to edit.');
  });
});

describe('editing the envelope', () => {
  it('begins with the whole text, in lines where it can be read', () => {
    expect(textOf(readable, 'envelope')).toBe(JSON.stringify(envelope, null, 2));
    expect(textOf(unreadable, 'envelope')).toBe('{ half of it');
  });

  it('replaces the whole text', () => {
    const repaired = testEnvelope({ data: { amount: 5 } });
    expect(JSON.parse(rewrite(unreadable, 'envelope', JSON.stringify(repaired, null, 2)))).toEqual(repaired);
  });

  it('needs an envelope', () => {
    expect(() => rewrite(unreadable, 'envelope', '{"id":"m-1"}')).toThrowErrorMatchingInlineSnapshot(
      `"The new text is not an envelope. An envelope cannot be read: \`source\` must be a non-empty string; \`type\` must be a non-empty string; \`time\` must be a non-empty string; \`correlationid\` must be a non-empty string; \`specversion\` must be \`1.0\`; \`kind\` is not known; \`schemaversion\` must be a whole number from 1."`,
    );
  });

  it.each([{ id: 'm-2' }, { type: 'test.other' }])('leaves what a readable one is known by: %o', (change) => {
    const text = JSON.stringify({ ...envelope, ...change });
    expect(() => rewrite(readable, 'envelope', text)).toThrow(
      'The `id` and `type` of an envelope identify it and cannot be changed',
    );
  });

  it('may give any id to what came unreadable, however often it is edited', () => {
    const edited = deadLetter(JSON.stringify(envelope), '{ half of it');
    const other = { ...envelope, id: 'm-2' };
    expect(JSON.parse(rewrite(edited, 'envelope', JSON.stringify(other)))).toEqual(other);
  });
});
