import { describe, expect, it } from '@jest/globals';
import { Reader, type PositionRecord } from './reader.js';

/** A record that says whether it can be taken, and whether it is still held. */
function record() {
  const calls: string[] = [];
  const state = { isFree: true, isHeld: true };
  const position: PositionRecord = {
    join: async () => undefined,
    take: async () => {
      calls.push('take');
      return state.isFree;
    },
    advance: async (to) => {
      calls.push(`advance ${to}`);
      return state.isHeld;
    },
    release: async () => calls.push('release'),
  };
  const read = async () => {
    calls.push('read');
    return { received: [], last: 5 };
  };
  return { calls, state, reader: new Reader({ position, read, onError: () => undefined }) };
}

describe('a reader', () => {
  it('takes the record once, reads, and moves it on', async () => {
    const { calls, reader } = record();
    for (const _ of [1, 2]) await (await reader.next())?.acknowledge();
    expect(calls).toEqual(['take', 'read', 'advance 5', 'read', 'advance 5']);
  });

  it('does not read while another instance does', async () => {
    const { calls, state, reader } = record();
    state.isFree = false;
    expect(await reader.next()).toBeUndefined();
    expect(calls).toEqual(['take']);
  });

  it('asks again before it reads on once another instance has taken over', async () => {
    const { calls, state, reader } = record();
    state.isHeld = false;
    await (await reader.next())?.acknowledge();
    state.isFree = false;
    expect(await reader.next()).toBeUndefined();
    expect(calls).toEqual(['take', 'read', 'advance 5', 'take']);
  });

  it('lets go of the record when it closes, once, and only if it has it', async () => {
    const [one, other] = [record(), record()];
    await one.reader.next();
    await Promise.all([one.reader.close(), one.reader.close(), other.reader.close()]);
    expect([one.calls, other.calls]).toEqual([['take', 'read', 'release'], []]);
  });
});
