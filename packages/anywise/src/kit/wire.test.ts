import { describe, expect, it } from '@jest/globals';
import { testEnvelope } from '../testing/envelopes.js';
import { publishTogether, readEnvelope, writeEnvelopes } from './wire.js';

const unwritable = { data: { n: 1n } };

describe('an envelope', () => {
  it('is read as it was written', () => {
    const envelope = testEnvelope({ data: { text: 'žluť \u0000 🚀' } });
    const [written] = writeEnvelopes([envelope]);
    const json = written !== undefined && 'json' in written ? written.json : '';
    expect(readEnvelope(json)).toEqual({ envelope, json });
  });

  it('that cannot be written is refused for good, and holds back those behind it with its key', () => {
    const envelopes = [
      testEnvelope({ id: 'a1', subject: 'a', ...unwritable }),
      testEnvelope({ id: 'a2', subject: 'a' }),
      testEnvelope({ id: 'b1', subject: 'b' }),
      testEnvelope({ id: 'alone', ...unwritable }),
      testEnvelope({ id: 'free' }),
    ];
    const results = writeEnvelopes(envelopes).map((result) =>
      'failure' in result ? result.failure.permanent : result.envelope.id,
    );
    expect(results).toEqual([true, false, 'b1', true, 'free']);
  });

  it.each(['', '{', 'null', '{"id": 1}'])('that is %j cannot be read, and is kept as it is', (text) => {
    expect(readEnvelope(text)).toEqual({ unreadable: text, reason: expect.stringContaining('n envelope') });
  });
});

describe('envelopes that are published together', () => {
  it('are those that can be written, each with its result', async () => {
    const published: string[] = [];
    const results = await publishTogether(
      [testEnvelope({ id: 'm1' }), testEnvelope({ id: 'm2', ...unwritable }), testEnvelope({ id: 'm3' })],
      async (written) => void published.push(...written.map(({ envelope }) => envelope.id)),
    );
    expect(published).toEqual(['m1', 'm3']);
    expect(results).toMatchObject([undefined, { permanent: true }, undefined]);
  });

  it('are not published at all if none can be written', async () => {
    const refuse = (): Promise<void> => Promise.reject(new Error('nothing is to be published'));
    await expect(publishTogether([testEnvelope(unwritable)], refuse)).resolves.toMatchObject([{ permanent: true }]);
    await expect(publishTogether([], refuse)).resolves.toEqual([]);
  });

  it('fail together', async () => {
    const refuse = (): Promise<void> => Promise.reject(new Error('no connection'));
    await expect(publishTogether([testEnvelope()], refuse)).rejects.toThrow('no connection');
  });
});
