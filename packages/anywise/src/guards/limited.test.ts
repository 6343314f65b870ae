import { describe, expect, it, jest } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from '../core/bus/anywise.js';
import { contextKey } from '../core/message/context.js';
import { command, event } from '../core/message/declare.js';
import { Command } from '../core/message/message.js';
import { on } from '../core/registry/on.js';
import { startBus } from '../test-support/start-bus.js';
import { eventually } from '../testing/eventually.js';
import { limited } from './limited.js';
import { createPlaces } from './places.js';
import { timed } from './timed.js';

class Work extends command('test.work', { data: z.object({ name: z.string() }), reply: z.string() }) {}
class Outer extends command('test.outer', { data: z.object({ names: z.array(z.string()) }) }) {}
class Happened extends event('test.happened', { data: z.object({}), entityId: () => 'one' }) {}
const User = contextKey<string>('user');

const work = (name: string) => new Work({ name });

/** A handler whose messages end when they are told to. */
function workshop() {
  const begun: string[] = [];
  const ends = new Map<string, { readonly finish: () => void; readonly fail: (error: Error) => void }>();
  const handler = on(Work).handle(({ name }) => {
    begun.push(name);
    return new Promise((resolve, reject) => ends.set(name, { finish: () => resolve(name), fail: reject }));
  });
  return {
    begun,
    handler,
    finish: (name: string) => ends.get(name)?.finish(),
    fail: (name: string) => ends.get(name)?.fail(new Error(`${name} failed`)),
  };
}

/** Lets everything run that waits for nothing outside. */
const settle = () => new Promise<void>(setImmediate);

describe('messages of a guard with a limit', () => {
  it('are handled so many at once, and the others as they came', async () => {
    const shop = workshop();
    await using bus = await startBus({ items: [on(Command).guard(limited({ atOnce: 2 })), shop.handler] });
    const sent = ['a', 'b', 'c', 'd'].map((name) => bus.send(work(name)));
    await settle();
    expect(shop.begun).toEqual(['a', 'b']);
    shop.finish('b');
    await settle();
    expect(shop.begun).toEqual(['a', 'b', 'c']);
    for (const name of ['a', 'c']) shop.finish(name);
    await settle();
    shop.finish('d');
    await expect(Promise.all(sent)).resolves.toEqual(['a', 'b', 'c', 'd']);
  });

  it('are refused where too many wait, with when to come again', async () => {
    const shop = workshop();
    const guard = limited({ atOnce: 1, waiting: 1, retryAfterMs: 250 });
    await using bus = await startBus({ items: [on(Work).guard(guard), shop.handler] });
    const [first, second] = [bus.send(work('a')), bus.send(work('b'))];
    const error: unknown = await bus.send(work('c')).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'RefusedError', code: 'OVERLOADED', retryable: true, retryAfterMs: 250 });
    expect(error).toMatchInlineSnapshot(
      `[RefusedError: \`test.work\` was refused: its guard lets 1 be handled at once, and too many wait, or too long. Send it again in 250 ms, or raise \`atOnce\` or \`waiting\`.]`,
    );
    shop.finish('a');
    await settle();
    shop.finish('b');
    await expect(Promise.all([first, second])).resolves.toEqual(['a', 'b']);
  });

  it('are refused where they wait too long, and leave the line', async () => {
    const shop = workshop();
    const guard = limited({ atOnce: 1, waiting: 1, waitMs: 5 });
    await using bus = await startBus({ items: [on(Work).guard(guard), shop.handler] });
    const first = bus.send(work('a'));
    await expect(bus.send(work('b'))).rejects.toMatchObject({ code: 'OVERLOADED' });
    const third = bus.send(work('c'));
    shop.finish('a');
    await first;
    await settle();
    shop.finish('c');
    await expect(third).resolves.toBe('c');
    expect(shop.begun).toEqual(['a', 'c']);
  });

  it('count for each key alone', async () => {
    const shop = workshop();
    const guard = limited({ atOnce: 1, waiting: 0, by: (_message, context) => context.find(User) });
    await using bus = await startBus({ items: [on(Work).guard(guard), shop.handler] });
    const as = (user: string, name: string) => bus.send(work(name), { context: [User(user)] });
    const sent = [as('ada', 'a'), as('bob', 'b'), bus.send(work('c'))];
    await expect(as('ada', 'd')).rejects.toMatchObject({ code: 'OVERLOADED' });
    await expect(bus.send(work('e'))).rejects.toMatchObject({ code: 'OVERLOADED' });
    for (const name of ['a', 'b', 'c']) shop.finish(name);
    await expect(Promise.all(sent)).resolves.toEqual(['a', 'b', 'c']);
  });

  it('are refused where their key is an object, as each would be a key of its own', async () => {
    const shop = workshop();
    const guard = limited({ atOnce: 1, by: () => ({ id: 'ada' }) as never });
    await using bus = await startBus({ items: [on(Work).guard(guard), shop.handler] });
    await expect(bus.send(work('a'))).rejects.toThrowErrorMatchingInlineSnapshot(
      `"\`by\` of \`limited(…)\` returned neither a string nor a number. Return one, such as the id of the user."`,
    );
    expect(shop.begun).toEqual([]);
  });

  it('give their place back where they fail, however many do', async () => {
    let handled = 0;
    await using bus = await startBus({
      items: [
        on(Command).guard(limited({ atOnce: 2 })),
        on(Work).handle(async ({ name }) => {
          handled++;
          await settle();
          if (name !== 'last') throw new Error('no');
          return name;
        }),
      ],
    });
    const failing = Array.from({ length: 50 }, (_, n) => bus.send(work(String(n))));
    const outcomes = await Promise.allSettled(failing);
    expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
    await expect(bus.send(work('last'))).resolves.toBe('last');
    expect(handled).toBe(51);
  });

  it('give their place back where a guard further in throws', async () => {
    const shop = workshop();
    await using bus = await startBus({
      items: [
        on(Command).guard(limited({ atOnce: 1, waiting: 0 })),
        on(Work).before(({ name }) => {
          if (name === 'a') throw new Error('not you');
        }),
        shop.handler,
      ],
    });
    await expect(bus.send(work('a'))).rejects.toThrow('not you');
    const second = bus.send(work('b'));
    await settle();
    shop.finish('b');
    await expect(second).resolves.toBe('b');
  });

  it('leave the line where they are aborted while they wait', async () => {
    const shop = workshop();
    await using bus = await startBus({
      items: [on(Command).guard(limited({ atOnce: 1, waiting: 1 })), shop.handler],
    });
    const sender = new AbortController();
    const first = bus.send(work('a'));
    const aborted = bus.send(work('b'), { signal: sender.signal });
    await settle();
    sender.abort();
    await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' });
    const third = bus.send(work('c'));
    shop.finish('a');
    await first;
    await settle();
    shop.finish('c');
    await expect(third).resolves.toBe('c');
    expect(shop.begun).toEqual(['a', 'c']);
  });

  it('give their place back where they are aborted, even if their handler runs on', async () => {
    const shop = workshop();
    await using bus = await startBus({
      items: [on(Command).guard(limited({ atOnce: 1, waiting: 0 })), shop.handler],
    });
    await expect(bus.send(work('a'), { timeoutMs: 5 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    const second = bus.send(work('b'));
    await settle();
    expect(shop.begun).toEqual(['a', 'b']);
    // Its place was given back once.
    shop.finish('a');
    await expect(bus.send(work('c'))).rejects.toMatchObject({ code: 'OVERLOADED' });
    shop.finish('b');
    await expect(second).resolves.toBe('b');
  });

  it('give their place back where a guard around it gives up', async () => {
    const shop = workshop();
    await using bus = await startBus({
      items: [on(Command).guard(timed({ timeoutMs: 5 })), on(Work).guard(limited({ atOnce: 1 })), shop.handler],
    });
    const sent = ['a', 'b', 'c'].map((name) => bus.send(work(name)));
    const outcomes = await Promise.allSettled(sent);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    const last = bus.send(work('d'));
    await settle();
    shop.finish('d');
    await expect(last).resolves.toBe('d');
  });

  it('need no place of their own where the message that sends them has one', async () => {
    await using bus = await startBus({
      items: [
        on(Command).guard(limited({ atOnce: 1, waiting: 0 })),
        on(Command).guard(timed({ timeoutMs: 60_000 })),
        on(Outer)
          .inject({ anywise: Anywise })
          .handle(async ({ names }, _context, { anywise }) => {
            await Promise.all(names.map((name) => anywise.send(work(name))));
          }),
        on(Work).handle(async ({ name }) => name),
      ],
    });
    await bus.send(new Outer({ names: ['a', 'b', 'c'] }));
    await bus.send(new Outer({ names: ['a'] }));
  });

  it('have one place where two of their guards are the same', async () => {
    const guard = limited({ atOnce: 1, waiting: 0 });
    await using bus = await startBus({
      items: [on(Command).guard(guard), on(Work).guard(guard), on(Work).handle(async ({ name }) => name)],
    });
    await expect(bus.send(work('a'))).resolves.toBe('a');
  });

  it('may wait many at once for what one handler sends, without a warning of a leak', async () => {
    const warned = jest.fn();
    process.on('warning', warned);
    await using bus = await startBus({
      items: [
        on(Work).guard(limited({ atOnce: 1 })),
        on(Outer)
          .inject({ anywise: Anywise })
          .handle(async ({ names }, _context, { anywise }) => {
            await Promise.all(names.map((name) => anywise.send(work(name))));
          }),
        on(Work).handle(async ({ name }) => {
          await settle();
          return name;
        }),
      ],
    });
    await bus.send(new Outer({ names: Array.from({ length: 40 }, (_, n) => String(n)) }));
    await settle();
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
  });

  it('of two buses count together where the guard is one', async () => {
    const [here, there] = [workshop(), workshop()];
    const guard = limited({ atOnce: 1, waiting: 0 });
    await using one = await startBus({ items: [on(Command).guard(guard), here.handler] });
    await using two = await startBus({ items: [on(Command).guard(guard), there.handler] });
    const first = one.send(work('a'));
    await expect(two.send(work('b'))).rejects.toMatchObject({ code: 'OVERLOADED' });
    here.finish('a');
    await first;
    const third = two.send(work('c'));
    await settle();
    there.finish('c');
    await expect(third).resolves.toBe('c');
  });
});

describe('listeners of a guard with a limit', () => {
  it.each(['sequential', 'concurrent'])('count one by one where they run %s', async (strategy) => {
    const { sequential, concurrent } = await import('../core/dispatch/strategies.js');
    const guard = limited({ atOnce: 1, waiting: 0 });
    let running = 0;
    let most = 0;
    const listener = (name: string) =>
      on(Happened)
        .named(name)
        .guardedBy(guard)
        .listen(async () => {
          most = Math.max(most, ++running);
          await settle();
          running--;
        });
    await using bus = await startBus({
      items: [listener('one'), listener('two')],
      publisher: strategy === 'sequential' ? sequential : concurrent,
    });
    const published = bus.publish(new Happened({}));
    if (strategy === 'sequential') await published;
    else await expect(published).rejects.toMatchObject({ code: 'LISTENERS_FAILED', retryable: true });
    expect(most).toBe(1);
  });

  it('do not wait for themselves where they publish', async () => {
    class Then extends event('test.then', { data: z.object({}), entityId: () => 'one' }) {}
    const guard = limited({ atOnce: 1, waiting: 0 });
    const heard: string[] = [];
    await using bus = await startBus({
      items: [
        on(Happened)
          .inject({ anywise: Anywise })
          .guardedBy(guard)
          .listen(async (_event, _context, { anywise }) => anywise.publish(new Then({}))),
        on(Then)
          .guardedBy(guard)
          .listen(({ type }) => void heard.push(type)),
      ],
    });
    await bus.publish(new Happened({}));
    expect(heard).toEqual(['test.then']);
  });
});

describe('places', () => {
  it('forget a key once none of its places is taken', async () => {
    const places = createPlaces({ atOnce: 1, waiting: 1, waitMs: 60_000 });
    const never = new AbortController().signal;
    const gone = new AbortController();
    for (let key = 0; key < 1_000; key++) {
      const leave = await places.take(key, never);
      const waiting = places.take(key, gone.signal);
      const tooMany = await places.take(key, never);
      expect(tooMany).toBeUndefined();
      leave?.();
      leave?.();
      (await waiting)?.();
    }
    expect(places.size).toBe(0);
  });

  it('refuse what is aborted already', async () => {
    const places = createPlaces({ atOnce: 1, waiting: 1, waitMs: 60_000 });
    await expect(places.take('key', AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    await eventually(() => expect(places.size).toBe(0));
  });
});
