import { describe, expect, it } from '@jest/globals';
import { AnywiseError } from 'anywise';
import { untilReached } from './reach.js';
import { recordLog } from './testing/logs.js';

const refused = new AnywiseError('UNAVAILABLE', 'connect ECONNREFUSED', { retryable: true });

/** A part that cannot be reached a few times. */
function awayFor(times: number, error: Error = refused) {
  let checks = 0;
  const check = async () => {
    checks++;
    if (checks <= times) throw error;
  };
  return {
    part: { check },
    get checks() {
      return checks;
    },
  };
}

function options(signal?: AbortSignal) {
  const { log, lines } = recordLog();
  const reasons: string[] = [];
  const onWait = (reason: string) => void reasons.push(reason);
  return { lines, reasons, reach: { logger: log, signal, onWait, firstPauseMs: 1 } };
}

describe('what cannot be reached', () => {
  it('is tried again until it can, with a line in the log each time', async () => {
    const { reach, lines, reasons } = options();
    const store = awayFor(3);
    await untilReached('store', store.part, reach);
    expect(store.checks).toBe(4);
    expect(reasons).toEqual(Array.from({ length: 3 }, () => 'the store cannot be reached'));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toEqual({
      level: 'warn',
      text: 'The store cannot be reached, and is retried',
      details: { err: refused, retryInMs: expect.any(Number) },
    });
  });

  it('is given up when the signal is aborted', async () => {
    const stop = new AbortController();
    const { reach } = options(stop.signal);
    const part = { check: () => Promise.reject(refused) };
    const reached = untilReached('store', part, { ...reach, firstPauseMs: 60_000 });
    setImmediate(() => stop.abort());
    await expect(reached).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('is not even tried when the signal is aborted already', async () => {
    const { reach } = options(AbortSignal.abort());
    const store = awayFor(0);
    await expect(untilReached('store', store.part, reach)).rejects.toMatchObject({ name: 'AbortError' });
    expect(store.checks).toBe(0);
  });
});

it.each([
  ['refuses', new AnywiseError('UNAVAILABLE', 'password authentication failed')],
  ['fails in a way of its own', new Error('no such option')],
])('gives up at once what was reached and %s', async (_how, error) => {
  const { reach, lines } = options();
  const store = awayFor(1, error);
  await expect(untilReached('store', store.part, reach)).rejects.toBe(error);
  expect(lines).toEqual([]);
});
