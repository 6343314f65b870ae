import { describe, expect, it } from '@jest/globals';
import { endsWithin, Waiters } from './wait.js';

const longTime = 60_000;

describe('who waits', () => {
  it('goes on at once if the condition holds already', async () => {
    await expect(new Waiters().until(() => true, 0)).resolves.toBe(true);
  });

  it('goes on when it is woken and the condition holds, and not before', async () => {
    const waiters = new Waiters();
    const ended: boolean[] = [];
    let isReady = false;
    const waiting = waiters.until(() => isReady, longTime).then((holds) => ended.push(holds));
    waiters.wake();
    await new Promise(setImmediate);
    expect(ended).toEqual([]);
    isReady = true;
    waiters.wake();
    await waiting;
    expect(ended).toEqual([true]);
  });

  it('goes on when time is up, and is told whether the condition holds', async () => {
    const waiters = new Waiters();
    let isReady = false;
    const early = waiters.until(() => isReady, 1);
    await expect(early).resolves.toBe(false);
    const late = waiters.until(() => isReady, 1);
    isReady = true;
    await expect(late).resolves.toBe(true);
  });

  it('waits beside others, each for a condition of its own', async () => {
    const waiters = new Waiters();
    let count = 0;
    const all = [1, 2, 3].map((enough) => waiters.until(() => count >= enough, longTime));
    for (count = 1; count <= 3; count++) waiters.wake();
    await expect(Promise.all(all)).resolves.toEqual([true, true, true]);
  });
});

describe('work that is waited for no longer than a while', () => {
  it('is waited for as long as it takes, if that is not too long', async () => {
    await expect(endsWithin(longTime, Promise.resolve('done'))).resolves.toBe(true);
    await expect(endsWithin(longTime, undefined)).resolves.toBe(true);
    await expect(endsWithin(longTime, Promise.reject(new Error('no')))).rejects.toThrow('no');
  });

  it('goes on alone when it takes longer, and may fail then', async () => {
    let fail: (error: Error) => void = () => undefined;
    await expect(endsWithin(1, new Promise((_resolve, reject) => (fail = reject)))).resolves.toBe(false);
    fail(new Error('too late for anyone to hear'));
    await new Promise(setImmediate);
  });
});
