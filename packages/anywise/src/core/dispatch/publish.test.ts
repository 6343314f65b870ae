import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from '../bus/anywise.js';
import { contextKey } from '../message/context.js';
import { contract } from '../message/contract.js';
import { memoryStore } from '../../memory/store.js';
import { Event } from '../message/message.js';
import { command, event } from '../message/declare.js';
import { on } from '../registry/on.js';
import { concurrent, sequential } from './strategies.js';
import { startBus } from '../../test-support/start-bus.js';

abstract class OrderEvent extends Event {}
const data = z.object({ id: z.string() });
const entityId = ({ id }: { id: string }): string => id;
class OrderPlaced extends event('test.order-placed', { base: OrderEvent, data, entityId }) {}
class OrderStarted extends event('test.order-started', { base: OrderEvent, data, entityId }) {}
class UserJoined extends event('test.user-joined', { data, entityId }) {}
class Place extends command('test.place', { reply: z.string() }) {}

const placed = new OrderPlaced({ id: 'o1' });

describe('publish without a store', () => {
  it('runs every listener and waits for all', async () => {
    const log: string[] = [];
    await using bus = await startBus({
      items: [
        on(OrderPlaced).listen(({ id }) => void log.push(`first ${id}`)),
        on(OrderPlaced)
          .named('second')
          .listen(async ({ id }) => {
            await Promise.resolve();
            log.push(`second ${id}`);
          }),
      ],
    });
    await bus.publish(placed);
    expect(log).toEqual(['first o1', 'second o1']);
  });

  it('does nothing without listeners', async () => {
    await using bus = await startBus({});
    await expect(bus.publish(placed)).resolves.toBeUndefined();
  });

  it('runs the others where some listeners fail, and gathers the failures', async () => {
    const log: string[] = [];
    const fail = (text: string) => () => Promise.reject(new Error(text));
    await using bus = await startBus({
      items: [
        on(OrderPlaced).named('mail').listen(fail('no mail')),
        on(OrderPlaced)
          .named('count')
          .listen(() => void log.push('counted')),
        on(OrderPlaced).named('ship').listen(fail('no ship')),
      ],
    });
    const published = bus.publish(placed);
    await expect(published).rejects.toThrowErrorMatchingInlineSnapshot(`
      "\`test.order-placed\` was published, but 2 of its listeners failed: \`mail\` (no mail), \`ship\` (no ship)
      Cause: no mail"
    `);
    await expect(published).rejects.toMatchObject({
      code: 'LISTENERS_FAILED',
      eventType: 'test.order-placed',
      failures: [{ listener: 'mail' }, { listener: 'ship' }],
      succeeded: ['count'],
    });
    expect(log).toEqual(['counted']);
  });

  it('reaches listeners of a base class', async () => {
    const log: string[] = [];
    await using bus = await startBus({
      items: [
        on(OrderEvent)
          .named('orders')
          .listen(({ type }) => void log.push(`orders: ${type}`)),
        on(Event)
          .named('all')
          .listen(({ type }) => void log.push(`all: ${type}`)),
      ],
    });
    await bus.publish(placed);
    await bus.publish(new UserJoined({ id: 'u1' }));
    expect(log).toEqual(['orders: test.order-placed', 'all: test.order-placed', 'all: test.user-joined']);
  });

  it('reaches a listener of several events, with their common fields', async () => {
    const log: string[] = [];
    await using bus = await startBus({
      items: [on(OrderPlaced, UserJoined).listen(({ type, id }) => void log.push(`${type} ${id}`))],
    });
    await bus.publish(placed);
    await bus.publish(new OrderStarted({ id: 'o1' }));
    await bus.publish(new UserJoined({ id: 'u1' }));
    expect(log).toEqual(['test.order-placed o1', 'test.user-joined u1']);
  });

  it("shows listeners the publisher's context values and ids", async () => {
    const User = contextKey<string>('user');
    const seen: unknown[] = [];
    const place = on(Place)
      .inject({ anywise: Anywise })
      .handle(async (_command, { messageId, correlationId }, { anywise }) => {
        await anywise.publish(placed);
        seen.push({ messageId, correlationId });
        return messageId;
      });
    const listener = on(OrderPlaced).listen((_event, context) => {
      const { messageId, correlationId, causationId, attempt } = context;
      seen.push({ messageId, correlationId, causationId, attempt, user: context.get(User) });
    });
    await using bus = await startBus({ items: [place, listener] });
    const id = await bus.send(new Place(), { context: [User('ada')] });
    expect(seen).toEqual([
      { messageId: placed.eventId, correlationId: id, causationId: id, attempt: 1, user: 'ada' },
      { messageId: id, correlationId: id },
    ]);
  });

  it('gives listeners a context that cannot be changed', async () => {
    const User = contextKey<string>('user');
    await using bus = await startBus({
      items: [
        on(OrderPlaced)
          .named('setter')
          .listen((_event, context) => {
            (context as unknown as { set(key: unknown, value: unknown): void }).set(User, 'eve');
          }),
      ],
    });
    await expect(bus.publish(placed)).rejects.toThrowErrorMatchingInlineSnapshot(`
      "\`test.order-placed\` was published, but 1 of its listeners failed: \`setter\` (A listener cannot set \`user\`: the context of an event is read only.)
      Cause: A listener cannot set \`user\`: the context of an event is read only."
    `);
  });
});

describe('publish strategies', () => {
  /** Two listeners; the first ends only after the second has begun, if that is waited for. */
  function twoListeners() {
    const log: string[] = [];
    const listener = (name: string) =>
      on(OrderPlaced)
        .named(name)
        .listen(async () => {
          log.push(`${name} begins`);
          await Promise.resolve();
          log.push(`${name} ends`);
        });
    return { log, items: [listener('a'), listener('b')] };
  }

  it.each([
    { name: 'sequential', publisher: sequential, order: ['a begins', 'a ends', 'b begins', 'b ends'] },
    { name: 'concurrent', publisher: concurrent, order: ['a begins', 'b begins', 'a ends', 'b ends'] },
  ])('$name runs listeners in its order', async ({ publisher, order }) => {
    const { log, items } = twoListeners();
    await using bus = await startBus({ items, publisher });
    await bus.publish(placed);
    expect(log).toEqual(order);
  });

  it.each([
    { name: 'sequential', publisher: sequential },
    { name: 'concurrent', publisher: concurrent },
  ])('$name gathers failures', async ({ publisher }) => {
    const { items } = twoListeners();
    const broken = on(OrderPlaced)
      .named('broken')
      .listen(() => {
        throw new Error('broken');
      });
    await using bus = await startBus({ items: [broken, ...items], publisher });
    await expect(bus.publish(placed)).rejects.toMatchObject({ failures: [{ listener: 'broken' }] });
  });

  it('can be replaced', async () => {
    const { log, items } = twoListeners();
    await using bus = await startBus({
      items,
      publisher: async ({ type }, { messageId }, listeners) => {
        log.push(`${type} ${String(messageId === placed.eventId)}`, ...listeners.map(({ name }) => name));
      },
    });
    await bus.publish(placed);
    expect(log).toEqual(['test.order-placed true', 'a', 'b']);
  });

  it('let listeners that run at once publish without being taken for each other', async () => {
    const log: string[] = [];
    const opened = gate();
    const quick = on(OrderPlaced)
      .named('quick')
      .inject({ anywise: Anywise })
      .listen(async (_event, _context, { anywise }) => {
        await anywise.publish(new UserJoined({ id: 'quick' }));
        log.push('quick');
      });
    const slow = on(OrderPlaced)
      .named('slow')
      .inject({ anywise: Anywise })
      .listen(async (_event, _context, { anywise }) => {
        await anywise.publish(new OrderStarted({ id: 'slow' }));
        log.push('slow');
      });
    const held = on(OrderStarted).listen(() => opened.promise);
    await using bus = await startBus({
      items: [slow, quick, held],
      publisher: async (event, context, listeners) => {
        const running = concurrent(event, context, listeners);
        if (event.type === 'test.order-placed') setImmediate(opened.open);
        await running;
      },
    });
    await bus.publish(placed);
    expect(log).toEqual(['quick', 'slow']);
  });
});

function gate(): { readonly promise: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => (open = resolve));
  return { promise, open };
}

describe('an event that no receiver could take', () => {
  class Numbered extends event('test.numbered', {
    data: z.object({ id: z.any(), text: z.string().optional() }),
    entityId: ({ id }) => id as string,
  }) {}
  const start = () =>
    startBus({
      items: [on(Numbered).listen(() => undefined)],
      contracts: [contract('test', { Numbered })],
      store: memoryStore(),
      maxMessageBytes: 2_000,
    });

  it.each([5, true, {}, ['a'], 'x'.repeat(513), 'a\0b', '\ud800'])('is refused with the entity id %p', async (id) => {
    await using bus = await start();
    await expect(bus.publish(new Numbered({ id }))).rejects.toMatchObject({
      code: expect.stringMatching(/^INVALID_(?:ENVELOPE|MESSAGE)$/) as unknown,
      message: expect.stringMatching(/`test.numbered`.*`(?:subject|entityId)`/) as unknown,
    });
    expect(await bus.status()).toMatchObject({ inbox: { waiting: { count: 0 }, dead: { count: 0 } } });
  });

  it('is refused with its size where it is too large', async () => {
    await using bus = await start();
    await expect(bus.publish(new Numbered({ id: 'a', text: 'x'.repeat(3_000) }))).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      message: expect.stringMatching(/has 3\d\d\d bytes, more than the 2000/) as unknown,
    });
  });
});
