import { describe, expect, it } from '@jest/globals';
import { Mutex } from './mutex.js';

describe('a mutex', () => {
  it('lets one at a time in, in the order in which they came', async () => {
    const mutex = new Mutex();
    const order: string[] = [];
    const enter = async (name: string): Promise<void> => {
      const end = await mutex.acquire();
      order.push(`${name} in`);
      await new Promise(setImmediate);
      order.push(`${name} out`);
      end();
      end();
    };
    await Promise.all([enter('a'), enter('b'), enter('c')]);
    expect(order).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
  });

  it('gives up where a turn does not come in time, and lets those behind in', async () => {
    const mutex = new Mutex();
    const end = await mutex.acquire();
    const late = mutex.acquireWithin(5);
    const behind = mutex.acquire();
    await expect(late).resolves.toBeUndefined();
    end();
    await expect(behind).resolves.toEqual(expect.any(Function));
  });

  it('gives the turn that comes in time', async () => {
    const mutex = new Mutex();
    const first = await mutex.acquireWithin(60_000);
    const second = mutex.acquireWithin(60_000);
    first?.();
    await expect(second).resolves.toEqual(expect.any(Function));
  });
});
