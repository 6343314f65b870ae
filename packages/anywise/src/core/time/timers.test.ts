import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { longestTimerMs, sleep, startInterval, startTimer } from './timers.js';

describe('a timer', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it.each([longestTimerMs + 1, 1e300, Infinity])('of %p ms waits as long as a timer can', (ms) => {
    const rings = jest.fn();
    startTimer(rings, ms);
    startInterval(rings, ms);
    jest.advanceTimersByTime(longestTimerMs - 1);
    expect(rings).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(rings).toHaveBeenCalledTimes(2);
  });
});

describe('a pause', () => {
  it('of any length ends when its signal is aborted', async () => {
    const warned = jest.spyOn(process, 'emitWarning').mockReturnValue(undefined);
    const pause = sleep(Infinity, { signal: AbortSignal.abort(new Error('enough')) });
    await expect(pause).rejects.toThrow('abort');
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});
