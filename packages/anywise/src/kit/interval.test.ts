import { describe, expect, it } from '@jest/globals';
import { eventually } from '../testing/eventually.js';
import { repeatEvery, whileFull } from './interval.js';

describe('what is repeated', () => {
  it('goes on round after round, even after a failure, until it is stopped', async () => {
    const errors: unknown[] = [];
    let rounds = 0;
    const work = async (): Promise<void> => {
      if (++rounds === 1) throw new Error('no');
    };
    const stop = repeatEvery(work, { everyMs: 1, onError: (error) => errors.push(error) });
    await eventually(() => expect(rounds).toBeGreaterThan(2));
    await stop();
    const roundsAtStop = rounds;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(rounds).toBe(roundsAtStop);
    expect(errors).toMatchObject([{ message: 'no' }]);
  });

  it('does not overlap, and is waited for when it is stopped', async () => {
    let rounds = 0;
    let end: () => void = () => undefined;
    const stop = repeatEvery(
      (signal) => {
        rounds++;
        signal.addEventListener('abort', () => setImmediate(end));
        return new Promise<void>((resolve) => (end = resolve));
      },
      { everyMs: 1 },
    );
    await eventually(() => expect(rounds).toBe(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(rounds).toBe(1);
    await Promise.all([stop(), stop()]);
    expect(rounds).toBe(1);
  });
});

describe('batches', () => {
  const counting = (...counts: readonly number[]) => {
    const left = [...counts];
    return { left, work: async () => left.shift() ?? 0 };
  };

  it('follow each other while they are full', async () => {
    const { left, work } = counting(5, 7, 4, 5);
    await whileFull(5, work);
    expect(left).toEqual([5]);
  });

  it('end after the one in hand when they are stopped', async () => {
    const { left, work } = counting(5, 5);
    await whileFull(5, work, AbortSignal.abort());
    expect(left).toEqual([5]);
  });
});
