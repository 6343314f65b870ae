import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from '../bus/anywise.js';
import { contract } from '../message/contract.js';
import { event } from '../message/declare.js';
import { RefusedError, TerminalError } from '../errors/errors.js';
import { memoryStore } from '../../memory/store.js';
import { on } from '../registry/on.js';
import { MessageRegistry } from '../registry/registry.js';
import { eventually } from '../../testing/eventually.js';
import { startBus } from '../../test-support/start-bus.js';

class Counted extends event('shop.counted', {
  data: z.object({ n: z.number(), of: z.string() }),
  entityId: ({ of }) => of,
}) {}
class Summed extends event('shop.summed', { data: z.object({ n: z.number() }), entityId: () => 'sum' }) {}
const contracts = [contract('shop', { Counted, Summed })];

/** Publishes numbers, each of an entity of its own unless it is said, in one transaction. */
async function publish(bus: Anywise, numbers: readonly number[], of?: string): Promise<void> {
  await bus.transaction(async (tx) => {
    for (const n of numbers) await tx.publish(new Counted({ n, of: of ?? `e${n}` }));
  });
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('a batch listener', () => {
  it('is given what waits in one call, in order, with the context and the key of each event', async () => {
    const batches: number[][] = [];
    const keys: string[] = [];
    const listen = on(Counted)
      .batch()
      .listen((events, context) => {
        batches.push(events.map(({ n }) => n));
        for (const each of events) keys.push(context.of(each).idempotencyKey);
        expect(context.idempotencyKeys).toEqual(events.map((each) => context.of(each).idempotencyKey));
        expect(events.map((each) => context.of(each).attempt)).toEqual(events.map(() => 1));
      });
    await using bus = await startBus({ name: 'shop', contracts, store: memoryStore(), items: [listen] });
    await publish(bus, upTo(10));
    await eventually(() => expect(batches).toEqual([upTo(10)]));
    expect(new Set(keys).size).toBe(10);
  });

  it('is given no more than `max`, and the rest of a key only after what came before', async () => {
    const batches: number[][] = [];
    const listen = on(Counted)
      .batch({ max: 3 })
      .concurrency(4)
      .listen(async (events) => void batches.push(events.map(({ n }) => n)));
    await using bus = await startBus({ name: 'shop', contracts, store: memoryStore(), items: [listen] });
    await publish(bus, upTo(8), 'one');
    await eventually(() =>
      expect(batches).toEqual([
        [0, 1, 2],
        [3, 4, 5],
        [6, 7],
      ]),
    );
  });

  it.each([0, 7, 19])(
    'singles out message %i, which becomes a dead letter alone; the others have one effect',
    async (bad) => {
      const effects: number[] = [];
      const attempts = new Map<number, number[]>();
      const listen = on(Counted)
        .batch()
        .inject({ anywise: Anywise })
        .retry({ attempts: 2, immediate: 2 })
        .listen(async (events, context, { anywise }) => {
          for (const each of events) {
            if (each.n !== bad) await anywise.publish(new Summed({ n: each.n }));
            attempts.set(each.n, [...(attempts.get(each.n) ?? []), context.of(each).attempt]);
          }
          if (events.some(({ n }) => n === bad)) throw new Error('poison');
        });
      const sum = on(Summed).listen(({ n }) => void effects.push(n));
      const store = memoryStore();
      await using bus = await startBus({ name: 'shop', contracts, store, items: [listen, sum] });
      await publish(bus, upTo(20));
      await eventually(async () => expect((await store.inbox.status()).dead.count).toBe(1));
      await eventually(() => expect([...effects].sort((a, b) => a - b)).toEqual(upTo(20).filter((n) => n !== bad)));
      const [letter] = await store.deadLetters.list({}, { limit: 2 });
      expect(letter?.json).toContain(`"n":${bad}`);
      for (const n of upTo(20).filter((n) => n !== bad)) expect(new Set(attempts.get(n))).toEqual(new Set([1]));
    },
  );

  it('gets a second attempt alone', async () => {
    const calls: [number, number][][] = [];
    const listen = on(Counted)
      .batch()
      .retry({ attempts: 3, immediate: 2 })
      .listen((events, context) => {
        calls.push(events.map((each) => [each.n, context.of(each).attempt]));
        if (events.some((each) => each.n === 1 && context.of(each).attempt === 1)) throw new Error('not yet');
      });
    await using bus = await startBus({ name: 'shop', contracts, store: memoryStore(), items: [listen] });
    await publish(bus, upTo(6));
    await eventually(() => expect(calls.flat()).toContainEqual([1, 2]));
    expect(calls.filter((call) => call.some(([, attempt]) => attempt > 1))).toEqual([[[1, 2]]]);
  });

  it('loses all writes of a batch of which one message is no longer its own, and handles the rest again', async () => {
    const store = memoryStore();
    const batches: number[][] = [];
    const effects: number[] = [];
    let isFirst = true;
    const listen = on(Counted)
      .batch()
      .named('l')
      .inject({ anywise: Anywise })
      .listen(async (events, _context, { anywise }) => {
        batches.push(events.map(({ n }) => n));
        for (const { n } of events) await anywise.publish(new Summed({ n }));
        if (!isFirst) return;
        isFirst = false;
        taken = true;
      });
    let taken = false;
    const sum = on(Summed).listen(({ n }) => void effects.push(n));
    // As if another process had taken one of them over while the batch was handled.
    const claim = store.inbox.claim.bind(store.inbox);
    let stolen: Awaited<ReturnType<typeof claim>>['claims'] = [];
    store.inbox.claim = async (options) => {
      const claimed = await claim(options);
      const { claims } = claimed;
      if (options.listeners.has('l') && claims.length > 1) stolen = claims.slice(2, 3);
      return claimed;
    };
    const begin = store.begin.bind(store);
    store.begin = (options) => {
      const transaction = begin(options);
      const commit = transaction.commit.bind(transaction);
      transaction.commit = async (completion) => {
        if (taken && completion?.claims !== undefined) {
          taken = false;
          await transaction.rollback();
          await store.inbox.release(stolen);
          return false;
        }
        return commit(completion);
      };
      return transaction;
    };
    await using bus = await startBus({ name: 'shop', contracts, store, items: [listen, sum] });
    await publish(bus, upTo(4));
    await eventually(() => expect([...effects].sort((a, b) => a - b)).toEqual(upTo(4)));
    expect(batches[0]).toEqual(upTo(4));
  });

  it('waits for more messages if it may', async () => {
    const batches: number[][] = [];
    const listen = on(Counted)
      .batch({ max: 2, waitMs: 60_000 })
      .listen((events) => void batches.push(events.map(({ n }) => n)));
    const bus = await startBus({ name: 'shop', contracts, store: memoryStore(), items: [listen] });
    await publish(bus, [1]);
    // A stop waits no longer, and handles what is in hand.
    await eventually(async () => expect(bus.saturated()).toHaveLength(1));
    await bus.stop();
    expect(batches).toEqual([[1]]);
  });

  it('waits no longer than until its batch is full', async () => {
    const batches: number[][] = [];
    const listen = on(Counted)
      .batch({ max: 3, waitMs: 60_000 })
      .listen((events) => void batches.push(events.map(({ n }) => n)));
    await using bus = await startBus({ name: 'shop', contracts, store: memoryStore(), items: [listen] });
    for (const n of upTo(6)) await publish(bus, [n]);
    await eventually(() => expect(batches.flat()).toEqual(upTo(6)));
    expect(batches.map(({ length }) => length)).toEqual([3, 3]);
  });

  it('is stopped with its whole batch when its time is up', async () => {
    const store = memoryStore();
    const sizes: number[] = [];
    const listen = on(Counted)
      .batch()
      .timeoutMs(20)
      .retry({ attempts: 1 })
      .listen((events, { signal }) => {
        sizes.push(events.length);
        if (!events.some(({ n }) => n === 2)) return undefined;
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      });
    await using bus = await startBus({ name: 'shop', contracts, store, items: [listen] });
    await publish(bus, upTo(4));
    await eventually(async () =>
      expect(await store.inbox.status()).toMatchObject({
        dead: { count: 1 },
        waiting: { count: 0 },
        running: { count: 0 },
      }),
    );
    expect(sizes[0]).toBe(4);
    const [letter] = await store.deadLetters.list({}, { limit: 1 });
    expect(letter?.error).toContain('after 20 ms');
  });

  it('gives a batch back that a guard refuses, without counting an attempt', async () => {
    const seen: number[] = [];
    let isOpen = false;
    const listen = on(Counted)
      .batch()
      .retry({ attempts: 1 })
      .guardedBy(async (events, context, next) => {
        const [first] = events;
        if (!isOpen && first !== undefined) {
          isOpen = true;
          const { messageId } = context.of(first);
          throw new RefusedError('OVERLOADED', 'later', { messageId, retryAfterMs: 1 });
        }
        await next();
      })
      .listen((events) => void seen.push(...events.map(({ n }) => n)));
    const store = memoryStore();
    await using bus = await startBus({ name: 'shop', contracts, store, items: [listen] });
    await publish(bus, upTo(5));
    await eventually(() => expect([...seen].sort()).toEqual(upTo(5)));
    expect((await store.inbox.status()).dead.count).toBe(0);
  });

  it('is given each event alone where listeners run inside `publish`', async () => {
    const batches: number[][] = [];
    const listen = on(Counted)
      .batch()
      .listen((events, context) => {
        batches.push(events.map(({ n }) => n));
        expect(events.map((each) => context.of(each).messageId)).toEqual(events.map(({ eventId }) => eventId));
      });
    await using bus = await startBus({ name: 'shop', contracts, items: [listen] });
    await bus.publish(new Counted({ n: 1, of: 'a' }));
    await bus.publish(new Counted({ n: 2, of: 'a' }));
    expect(batches).toEqual([[1], [2]]);
  });

  it('refuses to tell the context of an event of another batch', async () => {
    const listen = on(Counted)
      .batch()
      .listen((_events, context) => void context.of(new Counted({ n: 1, of: 'a' })));
    await using bus = await startBus({ name: 'shop', contracts, items: [listen] });
    await expect(bus.publish(new Counted({ n: 1, of: 'a' }))).rejects.toThrow(/is not in it/);
  });

  it('is described with its size', async () => {
    const listen = on(Counted)
      .batch({ max: 20 })
      .listen(() => undefined);
    await using bus = await startBus({ name: 'shop', contracts, store: memoryStore(), items: [listen] });
    expect(bus.inspect.listeners(Counted)[0]?.batch).toEqual({ max: 20, waitMs: 0 });
  });

  it.each([
    [{ max: 0 }, '`max` is 0, but must be a whole number from 1 to 1000'],
    [{ max: 1.5 }, '`max` is 1.5, but must be a whole number from 1 to 1000'],
    [{ waitMs: -1 }, '`waitMs` is -1, but must be a number of milliseconds from 0 to 60000'],
    [{ size: 3 }, '`size` is not an option'],
    [7, '`batch` is 7, but must be an object'],
  ])('refuses %j', (options, problem) => {
    const listen = on(Counted)
      .batch(options as object)
      .listen(() => undefined);
    expect(() => new MessageRegistry('shop').register(listen)).toThrow(problem);
  });

  it('refuses a batch inside `publish`', () => {
    const listen = on(Counted)
      .inline()
      .batch()
      .listen(() => undefined);
    expect(() => new MessageRegistry('shop').register(listen)).toThrow('it is `inline` and takes a `batch`');
  });

  it('buries what is terminal at once, and alone', async () => {
    const store = memoryStore();
    const listen = on(Counted)
      .batch()
      .listen((events) => {
        if (events.some(({ n }) => n === 3)) throw new TerminalError('never');
      });
    await using bus = await startBus({ name: 'shop', contracts, store, items: [listen] });
    await publish(bus, upTo(6));
    await eventually(async () =>
      expect(await store.inbox.status()).toMatchObject({
        dead: { count: 1 },
        waiting: { count: 0 },
        running: { count: 0 },
      }),
    );
  });
});
