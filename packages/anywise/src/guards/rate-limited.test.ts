import { describe, expect, it } from '@jest/globals';
import { contextKey } from '../core/message/context.js';
import { command } from '../core/message/declare.js';
import { Command } from '../core/message/message.js';
import { type } from '../core/message/schema.js';
import { on } from '../core/registry/on.js';
import { startBus } from '../test-support/start-bus.js';
import { createBuckets } from './buckets.js';
import { rateLimited, type RateLimitedOptions } from './rate-limited.js';

class Ping extends command('test.ping', { reply: type<string>() }) {}
const User = contextKey<string>('user');

/** A bus whose one command has the guard, and a clock that only moves when told to. */
async function start(options: RateLimitedOptions) {
  const clock = { ms: 1_000_000 };
  const guard = rateLimited({ now: () => clock.ms, ...options });
  const bus = await startBus({ items: [on(Command).guard(guard), on(Ping).handle(async () => 'pong')] });
  const count = async (tries: number, user?: string): Promise<number> => {
    let passed = 0;
    for (let n = 0; n < tries; n++) {
      const context = user === undefined ? [] : [User(user)];
      if ((await bus.send(new Ping(), { context }).catch(() => 'refused')) === 'pong') passed++;
    }
    return passed;
  };
  return { bus, clock, count, [Symbol.asyncDispose]: () => bus.stop() };
}

describe('a guard with a rate', () => {
  it('lets this many pass each second, even if the interval is no whole number of milliseconds', async () => {
    await using limit = await start({ perSecond: 3 });
    for (let second = 0; second < 50; second++) {
      expect(await limit.count(10)).toBe(3);
      limit.clock.ms += 1_000;
    }
  });

  it('lets tokens gather up to the burst', async () => {
    await using limit = await start({ perSecond: 1, burst: 5 });
    expect(await limit.count(10)).toBe(5);
    limit.clock.ms += 2_000;
    expect(await limit.count(10)).toBe(2);
    limit.clock.ms += 3_600_000;
    expect(await limit.count(10)).toBe(5);
  });

  it('says when to come again, and keeps its word', async () => {
    await using limit = await start({ perSecond: 3, burst: 1 });
    await limit.count(1);
    const error = (await limit.bus.send(new Ping()).catch((caught: unknown) => caught)) as { retryAfterMs: number };
    expect(error).toMatchObject({ name: 'RefusedError', code: 'RATE_LIMITED', retryable: true, retryAfterMs: 334 });
    expect(error).toMatchInlineSnapshot(
      `[RefusedError: \`test.ping\` was refused: its guard lets 3 a second pass. Send it again in 334 ms, or raise \`perSecond\` or \`burst\`.]`,
    );
    limit.clock.ms += error.retryAfterMs - 1;
    expect(await limit.count(1)).toBe(0);
    limit.clock.ms += 1;
    expect(await limit.count(1)).toBe(1);
  });

  it('counts for each key alone, and those without a key together', async () => {
    await using limit = await start({ perSecond: 1, burst: 2, by: (_message, context) => context.find(User) });
    expect(await limit.count(5, 'ada')).toBe(2);
    expect(await limit.count(5, 'bob')).toBe(2);
    expect(await limit.count(5)).toBe(2);
  });

  it('lets a slow rate gather one token', async () => {
    await using limit = await start({ perSecond: 0.01 });
    expect(await limit.count(2)).toBe(1);
    limit.clock.ms += 99_999;
    expect(await limit.count(1)).toBe(0);
    limit.clock.ms += 1;
    expect(await limit.count(1)).toBe(1);
  });

  it('goes on from there where the clock is set back', async () => {
    await using limit = await start({ perSecond: 1, burst: 2 });
    expect(await limit.count(2)).toBe(2);
    limit.clock.ms -= 500_000;
    expect(await limit.count(1)).toBe(0);
    limit.clock.ms += 1_000;
    expect(await limit.count(2)).toBe(1);
  });

  it('lets no more pass where the clock tells no time', async () => {
    await using limit = await start({ perSecond: 1 });
    expect(await limit.count(3)).toBe(1);
    for (const time of [Number.NaN, Infinity, -Infinity, Number.NaN, 5]) {
      limit.clock.ms = time;
      expect(await limit.count(3)).toBe(0);
    }
    limit.clock.ms += 1_000;
    expect(await limit.count(3)).toBe(1);
  });

  it('lets messages wait for their turn, as they came, and refuses those that would wait too long', async () => {
    await using limit = await start({ perSecond: 100, burst: 1, waitMs: 20 });
    const order: number[] = [];
    const outcomes = await Promise.allSettled(
      [0, 1, 2, 3].map(async (n) => {
        await limit.bus.send(new Ping());
        order.push(n);
      }),
    );
    expect(order).toEqual([0, 1, 2]);
    expect(outcomes[3]).toMatchObject({ reason: { code: 'RATE_LIMITED', retryAfterMs: 10 } });
  });

  it('does not count a message that is aborted while it waits', async () => {
    await using limit = await start({ perSecond: 0.001, burst: 1, waitMs: 1_000_000 });
    const sender = new AbortController();
    await limit.count(1);
    const waiting = limit.bus.send(new Ping(), { signal: sender.signal });
    sender.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' });
    limit.clock.ms += 1_000_000;
    expect(await limit.count(1)).toBe(1);
  });

  it('counts a message that fails', async () => {
    const guard = rateLimited({ perSecond: 1, now: () => 0 });
    const fail = on(Ping).handle(async () => {
      throw new Error('no');
    });
    await using bus = await startBus({ items: [on(Ping).guard(guard), fail] });
    await expect(bus.send(new Ping())).rejects.toThrow('no');
    await expect(bus.send(new Ping())).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('counts two buses together where the guard is one', async () => {
    const guard = rateLimited({ perSecond: 1, now: () => 0 });
    const items = [on(Ping).guard(guard), on(Ping).handle(async () => 'pong')];
    await using one = await startBus({ items });
    await using two = await startBus({ items });
    await expect(one.send(new Ping())).resolves.toBe('pong');
    await expect(two.send(new Ping())).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  });
});

describe('buckets', () => {
  it('are forgotten once they are full', () => {
    const buckets = createBuckets({ perSecond: 10, burst: 10, waitMs: 0, most: 100_000 });
    for (let n = 0; n < 10_000; n++) buckets.take(n, n);
    expect(buckets.size).toBeLessThanOrEqual(101);
    buckets.take('one', 20_000);
    expect(buckets.size).toBe(1);
  });

  it('are forgotten, that which was used least lately first, where there are too many', () => {
    const buckets = createBuckets({ perSecond: 1, burst: 1, waitMs: 0, most: 3 });
    for (const key of ['a', 'b', 'c', 'd']) buckets.take(key, 0);
    expect(buckets.size).toBe(3);
    expect(buckets.take('b', 0)).toEqual({ retryAfterMs: 1_000 });
    expect(buckets.take('a', 0)).toEqual({ inMs: 0 });
  });
});
