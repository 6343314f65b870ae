import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { hungAfterMs } from '../kit/reader.js';
import { Names } from './names.js';
import { PositionRecord, type Connected } from './position.js';

let now: number;

beforeEach(() => {
  now = 1_000;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});

afterEach(() => {
  jest.restoreAllMocks();
});

/** A record of a server that takes a write on top of the last one only. */
class FakeRecord {
  #last = { text: JSON.stringify({ at: 7, holder: '' }), seq: 1 };
  /** Called between the moment a write has happened and the moment its answer is read. */
  beforeAnswer: () => void = () => undefined;

  readonly connected = {
    client: {
      publish: async (_subject: string, text: string, { expect: { lastSubjectSequence: over } }: FakeOptions) => {
        await Promise.resolve();
        if (over !== this.#last.seq) {
          throw Object.assign(new Error('wrong last sequence'), { name: 'JetStreamApiError', code: 10_071 });
        }
        this.#last = { text, seq: over + 1 };
        this.beforeAnswer();
        return { seq: this.#last.seq };
      },
    },
    manager: {
      direct: {
        getMessage: () => Promise.resolve({ seq: this.#last.seq, json: () => JSON.parse(this.#last.text) as unknown }),
      },
    },
  } as unknown as Connected;

  /** Another instance takes over. */
  takeOver(): void {
    this.#last = { text: JSON.stringify({ at: 7, holder: 'other' }), seq: this.#last.seq + 1 };
  }
}

interface FakeOptions {
  readonly expect: { readonly lastSubjectSequence: number };
}

function recordOf(nonce: string): PositionRecord {
  return new PositionRecord({ names: new Names('anywise'), consumer: 'orders', types: [], nonce });
}

describe('the record of who reads', () => {
  it('is not held for certain after the process was frozen for so long that another may have taken over', async () => {
    const record = recordOf('one');
    const { connected } = new FakeRecord();
    expect(await record.take(connected)).toBe(7);
    now += hungAfterMs - 1;
    expect(record.isHeld).toBe(true);
    now += 1;
    expect(record.isHeld).toBe(false);
    await record.renew(connected);
    expect(record.isHeld).toBe(true);
  });

  it('is given up by the one that wakes up and finds that another reads', async () => {
    const record = recordOf('one');
    const fake = new FakeRecord();
    await record.take(fake.connected);
    now += hungAfterMs;
    fake.takeOver();
    await record.renew(fake.connected);
    expect(record.isHeld).toBe(false);
  });

  it.each(['take', 'renew'] as const)(
    'counts from when it was written, however late the answer to `%s` is read',
    async (call) => {
      const record = recordOf('one');
      const fake = new FakeRecord();
      if (call === 'renew') {
        await record.take(fake.connected);
        now += hungAfterMs;
      }
      fake.beforeAnswer = () => (now += hungAfterMs);
      await record[call](fake.connected);
      expect(record.isHeld).toBe(false);
    },
  );
});
