import { describe, expect, it } from '@jest/globals';
import { silent } from '../../test-support/start-bus.js';
import { testEntry } from '../../testing/envelopes.js';
import { AnywiseError } from '../errors/errors.js';
import type { InboxEntry } from '../ports/inbox.js';
import { takeIn } from './take-in.js';

/** An inbox that takes all of a batch or none, and refuses some entries. */
function inbox(refuses: (entry: InboxEntry) => boolean) {
  const taken: InboxEntry[] = [];
  const add = async (entries: readonly InboxEntry[]): Promise<void> => {
    if (entries.some(refuses)) throw new TypeError('text.includes is not a function');
    taken.push(...entries);
  };
  return { taken, options: { add, unreadable: 'orders/unreadable', logger: silent } };
}

const entries = ['1', '2', '3'].map((id) => testEntry({ id }));

describe('taking messages in', () => {
  it('adds them together where that can be done', async () => {
    const { taken, options } = inbox(() => false);
    await takeIn(entries, options);
    expect(taken).toEqual(entries);
  });

  it('makes a dead letter of the one that cannot be kept, and takes the others', async () => {
    const { taken, options } = inbox(({ id }) => id === '2');
    await takeIn(entries, options);
    expect(taken.map(({ listener, id }) => (listener === 'listener' ? id : listener))).toEqual([
      '1',
      'orders/unreadable',
      '3',
    ]);
    expect(taken[1]).toMatchObject({
      json: entries[1]?.json,
      error: expect.stringMatching(/`listener`: text.includes/) as unknown,
    });
  });

  it('keeps a text that the store cannot hold as Base64', async () => {
    const { taken, options } = inbox(({ json }) => json.includes('"2"'));
    await takeIn(entries, options);
    const { base64 } = JSON.parse(String(taken[1]?.json)) as { base64: string };
    expect(Buffer.from(base64, 'base64').toString()).toBe(entries[1]?.json);
  });

  it('gives the same dead letter the same id', async () => {
    const { taken, options } = inbox(({ id }) => id === '2');
    await takeIn(entries, options);
    await takeIn(entries, options);
    expect(taken[1]?.id).toBe(taken[4]?.id);
  });

  it('buries nothing while the store cannot be used', async () => {
    const down = new AnywiseError('UNAVAILABLE', 'down', { retryable: true });
    const taken: unknown[] = [];
    const options = { ...inbox(() => false).options, add: async () => Promise.reject(down) };
    await expect(takeIn(entries, options)).rejects.toBe(down);
    expect(taken).toEqual([]);
  });

  it.each([1, 2])('buries nothing for an outage of the store that ends after %i calls', async (calls) => {
    const { taken, options } = inbox(() => false);
    let left = calls;
    const add = async (some: readonly InboxEntry[]): Promise<void> => {
      if (left-- > 0) throw new AnywiseError('UNAVAILABLE', 'down', { retryable: true });
      await options.add(some);
    };
    await expect(takeIn(entries, { ...options, add })).rejects.toThrow('down');
    expect(taken).toEqual([]);
  });
});
