import { describe, expect, it } from '@jest/globals';
import { Opened } from './opened.js';

/** Something to open, with a log of what happens to it, and an outcome for each attempt. */
function world(...outcomes: readonly (Error | undefined)[]) {
  const log: string[] = [];
  const lost: (() => void)[] = [];
  let attempts = 0;
  const opened = new Opened({
    open: async (lose) => {
      const number = ++attempts;
      lost.push(lose);
      log.push(`open ${number}`);
      await new Promise(setImmediate);
      const failure = outcomes[number - 1];
      if (failure !== undefined) throw failure;
      return { number };
    },
    close: async ({ number }) => {
      await new Promise(setImmediate);
      log.push(`closed ${number}`);
    },
  });
  return { opened, log, lose: (number: number) => lost[number - 1]?.() };
}

describe('what is opened once', () => {
  it('is opened when it is first asked for, and shared by all who ask', async () => {
    const { opened, log } = world();
    expect(log).toEqual([]);
    const [first, second] = await Promise.all([opened.get(), opened.get()]);
    expect(first).toBe(second);
    expect(await opened.get()).toBe(first);
    expect(log).toEqual(['open 1']);
  });

  it('is there at once for all waiting callers', async () => {
    const { opened } = world();
    expect(opened.current).toBeUndefined();
    const got = await opened.get();
    expect(opened.current).toBe(got);
  });

  it('fails for all who share the attempt, and is tried again by the next', async () => {
    const { opened, log } = world(new Error('no'), new Error('still no'));
    const both = await Promise.allSettled([opened.get(), opened.get()]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(opened.get()).rejects.toThrow('still no');
    await expect(opened.get()).resolves.toEqual({ number: 3 });
    expect(log).toEqual(['open 1', 'open 2', 'open 3']);
  });

  it('is closed once, however often and while whatever is going on', async () => {
    const { opened, log } = world();
    const opening = opened.get();
    await Promise.all([opened.close(), opened.close()]);
    await opened.close();
    await opening;
    expect(log).toEqual(['open 1', 'closed 1']);
    expect(opened.current).toBeUndefined();
  });

  it('need not be closed if it was never opened, or could not be', async () => {
    const { opened, log } = world(new Error('no'));
    await opened.close();
    await expect(opened.get()).rejects.toThrow('no');
    await opened.close();
    expect(log).toEqual(['open 1']);
  });

  it('is opened anew after it was closed, even if an attempt from before fails then', async () => {
    const { opened, log } = world(new Error('no'));
    const lost = opened.get().catch(() => 'lost');
    const closing = opened.close();
    const again = opened.get();
    await expect(Promise.all([lost, again, closing])).resolves.toEqual(['lost', { number: 2 }, undefined]);
    expect(await opened.get()).toBe(await again);
    await opened.close();
    expect(log).toEqual(['open 1', 'open 2', 'closed 2']);
  });

  it('is opened anew after it was lost, and what is left of the lost one is closed', async () => {
    const { opened, log, lose } = world();
    const first = await opened.get();
    lose(1);
    lose(1);
    expect(opened.current).toBeUndefined();
    expect(await opened.get()).not.toBe(first);
    lose(1);
    expect(opened.current).toEqual({ number: 2 });
    await opened.close();
    lose(2);
    await opened.close();
    expect(log).toEqual(['open 1', 'open 2', 'closed 1', 'closed 2']);
  });

  it('may be lost while it is being opened', async () => {
    const { opened, log, lose } = world(undefined, new Error('no'));
    const first = opened.get();
    lose(1);
    await expect(opened.get()).rejects.toThrow('no');
    lose(2);
    await first;
    expect(await opened.get()).toEqual({ number: 3 });
    await opened.close();
    expect(log).toEqual(['open 1', 'open 2', 'open 3', 'closed 1', 'closed 3']);
  });

  it('is closed once it is closed, whatever it was when it was lost', async () => {
    const { opened, log, lose } = world();
    await opened.get();
    lose(1);
    await opened.close();
    expect(log).toEqual(['open 1', 'closed 1']);
  });
});
