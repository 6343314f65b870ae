import { describe, expect, it } from '@jest/globals';
import { Confirms } from './confirms.js';
import type { Outcome } from './epoch.js';

const never = (): never => {
  throw new Error('it is not late');
};

describe('confirms', () => {
  it('are waited for until the last has come, each at its place', async () => {
    const outcomes: Outcome[] = [undefined, undefined];
    const confirms = new Confirms(outcomes);
    const [first, second] = [confirms.expect(0), confirms.expect(1)];
    let isDone = false;
    const all = confirms.all(60_000, never).then(() => (isDone = true));
    second('lost');
    await new Promise(setImmediate);
    expect(isDone).toBe(false);
    first(undefined);
    await all;
    expect(outcomes).toEqual([undefined, 'lost']);
  });

  it('are not waited for where none is expected, or all came before', async () => {
    await new Confirms([]).all(60_000, never);
    const confirms = new Confirms([undefined]);
    confirms.expect(0)(undefined);
    await confirms.all(60_000, never);
  });

  it('count once, as they came first', async () => {
    const outcomes: Outcome[] = [undefined, undefined];
    const confirms = new Confirms(outcomes);
    const [first, second] = [confirms.expect(0), confirms.expect(1)];
    first('lost');
    first(undefined);
    const all = confirms.all(60_000, never);
    second(undefined);
    await all;
    expect(outcomes).toEqual(['lost', undefined]);
  });

  it('that are late are asked for once', async () => {
    const outcomes: Outcome[] = [undefined];
    const confirms = new Confirms(outcomes);
    const settle = confirms.expect(0);
    await confirms.all(1, () => settle('lost'));
    expect(outcomes).toEqual(['lost']);
  });
});
