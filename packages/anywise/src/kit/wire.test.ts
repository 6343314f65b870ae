import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { limits } from '../core/message/limits.js';
import { testEnvelope } from '../testing/envelopes.js';
import { publishTogether, readEnvelope, writeEnvelopes, type WireText } from './wire.js';

const unwritable = { data: { n: 1n } };
const maxBytes = limits.messageBytes;
const read = (text: string | Uint8Array, more: Partial<WireText> = {}) =>
  readEnvelope({ text, name: 'Message 1 of the log', ...more }, maxBytes);

describe('an envelope', () => {
  it('is read as it was written, whatever its data', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (data) => {
        const envelope = testEnvelope({ data });
        const [written] = writeEnvelopes([envelope], maxBytes);
        const json = written !== undefined && 'json' in written ? written.json : '';
        const { type, kind } = envelope;
        expect(read(json, { type, kind })).toEqual({ envelope: JSON.parse(JSON.stringify(envelope)) as unknown, json });
      }),
    );
  });

  it('that cannot be written is refused for good, and holds back those behind it with its key', () => {
    const envelopes = [
      testEnvelope({ id: 'a1', subject: 'a', ...unwritable }),
      testEnvelope({ id: 'a2', subject: 'a' }),
      testEnvelope({ id: 'b1', subject: 'b' }),
      testEnvelope({ id: 'alone', ...unwritable }),
      testEnvelope({ id: 'free' }),
    ];
    const results = writeEnvelopes(envelopes, maxBytes).map((result) =>
      'failure' in result ? result.failure.permanent : result.envelope.id,
    );
    expect(results).toEqual([true, false, 'b1', true, 'free']);
  });

  it('that is larger than allowed is refused for good, with both sizes', () => {
    const envelope = testEnvelope({ data: '€'.repeat(1_000) });
    const bytes = Buffer.byteLength(JSON.stringify(envelope));
    expect(writeEnvelopes([envelope], bytes)).toMatchObject([{ envelope }]);
    const [refused] = writeEnvelopes([envelope], bytes - 1);
    expect(refused).toMatchObject({ failure: { permanent: true, error: { code: 'MESSAGE_TOO_LARGE' } } });
    const { failure } = refused as { readonly failure: { readonly error: Error } };
    expect(failure.error.message).toContain(`has ${bytes} bytes, more than the ${bytes - 1}`);
  });

  it.each(['', '{', 'null', '{"id": 1}', '\0', '{"id":"\ud800"'])('that is %j is kept as it is', (text) => {
    expect(read(text)).toEqual({ unreadable: text, reason: expect.stringContaining('n envelope') });
  });

  it.each(['type', 'kind'] as const)('that says another %s than its sender is kept as it is', (name) => {
    const json = JSON.stringify(testEnvelope());
    expect(read(json, { [name]: 'other' })).toEqual({ unreadable: json, reason: expect.stringContaining('`other`') });
  });

  it('is read from its bytes, and kept in base64 where they are no text', () => {
    const envelope = testEnvelope({ data: '🚀' });
    expect(read(Buffer.from(JSON.stringify(envelope)))).toMatchObject({ envelope });
    expect(read(Uint8Array.of(0xef, 0xbb, 0xbf))).toMatchObject({ unreadable: '\ufeff' });
    expect(read(Uint8Array.of(255, 254))).toEqual({ unreadable: 'data:;base64,//4=', reason: 'It is not UTF-8.' });
  });

  it('that cannot be read is kept, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => {
        expect(read(text)).toMatchObject({ unreadable: text });
      }),
    );
  });
});

describe('a message that is too large to be read', () => {
  const json = JSON.stringify(testEnvelope({ data: '🚀'.repeat(2_000) }));
  const bytes = Buffer.byteLength(json);

  it('is kept by its size, its name and its beginning', () => {
    const kept = readEnvelope({ text: json, name: 'Message 7 of the log' }, 2_000);
    expect(kept).toEqual({
      unreadable: expect.stringMatching(`^Message 7 of the log, of ${bytes} bytes: {"specversion"`) as unknown,
      reason: `It has ${bytes} bytes, more than the 2000 that a message may have. Only its beginning is kept.`,
    });
    const beginning = 'unreadable' in kept ? kept.unreadable.replace(/^[^{]*/, '') : '';
    expect(json.startsWith(beginning)).toBe(true);
    expect(Buffer.byteLength(beginning)).toBeGreaterThan(limits.keptBytes - 4);
    expect(Buffer.byteLength(beginning)).toBeLessThanOrEqual(limits.keptBytes);
  });

  it('is kept the same where only its beginning was read', () => {
    const whole = { text: json, name: 'Message 7 of the log' };
    const part = { ...whole, text: json.slice(0, limits.keptBytes), bytes };
    expect(readEnvelope(part, 2_000)).toEqual(readEnvelope(whole, 2_000));
    expect(readEnvelope({ ...whole, text: Buffer.from(json) }, 2_000)).toEqual(readEnvelope(whole, 2_000));
    expect(readEnvelope({ ...part, text: Buffer.from(part.text) }, 2_000)).toEqual(readEnvelope(whole, 2_000));
  });
});

describe('envelopes that are published together', () => {
  it('are those that can be written, each with its result', async () => {
    const published: string[] = [];
    const results = await publishTogether(
      [testEnvelope({ id: 'm1' }), testEnvelope({ id: 'm2', ...unwritable }), testEnvelope({ id: 'm3' })],
      maxBytes,
      async (written) => void published.push(...written.map(({ envelope }) => envelope.id)),
    );
    expect(published).toEqual(['m1', 'm3']);
    expect(results).toMatchObject([undefined, { permanent: true }, undefined]);
  });

  it('are not published at all if none can be written', async () => {
    const refuse = (): Promise<void> => Promise.reject(new Error('nothing is to be published'));
    const unwritten = publishTogether([testEnvelope(unwritable)], maxBytes, refuse);
    await expect(unwritten).resolves.toMatchObject([{ permanent: true }]);
    await expect(publishTogether([], maxBytes, refuse)).resolves.toEqual([]);
  });

  it('fail together', async () => {
    const refuse = (): Promise<void> => Promise.reject(new Error('no connection'));
    await expect(publishTogether([testEnvelope()], maxBytes, refuse)).rejects.toThrow('no connection');
  });
});
