import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { contextKey, type Context } from '../message/context.js';
import type { Guard, OpaqueReply } from '../registry/definitions.js';
import { Command, Query } from '../message/message.js';
import { command, query } from '../message/declare.js';
import { on } from '../registry/on.js';
import { fixed } from '../../testing/fixed.js';
import { startBus } from '../../test-support/start-bus.js';

abstract class OrderCommand extends Command {}
class PlaceOrder extends command('test.place-order', {
  base: OrderCommand,
  data: z.object({ id: z.string() }),
  reply: z.string(),
}) {}
class CancelOrder extends command('test.cancel-order', { reply: z.string() }) {}
class CountOrders extends query('test.count-orders', { reply: z.number() }) {}

const placeOrder = on(PlaceOrder).handle(async ({ id }) => `placed ${id}`);
const order = new PlaceOrder({ id: 'o1' });

describe('guards', () => {
  it('run before, after and around the handler, the first registered outermost', async () => {
    const log: string[] = [];
    await using bus = await startBus({
      items: [
        on(PlaceOrder).guard(async (_command, _context, next) => {
          log.push('around, in');
          const reply = await next();
          log.push('around, out');
          return reply;
        }),
        on(PlaceOrder).before(() => void log.push('before')),
        on(PlaceOrder).after((_command, _context, reply) => {
          log.push(`after ${reply}`);
          return reply.toUpperCase();
        }),
        placeOrder,
      ],
    });
    await expect(bus.send(order)).resolves.toBe('PLACED O1');
    expect(log).toEqual(['around, in', 'before', 'after placed o1', 'around, out']);
  });

  it('on a base class come before those on a derived one, whenever they were registered', async () => {
    const log: string[] = [];
    await using bus = await startBus({
      items: [
        on(PlaceOrder).before(() => void log.push('PlaceOrder 1')),
        on(OrderCommand).before(() => void log.push('OrderCommand')),
        on(PlaceOrder).before(() => void log.push('PlaceOrder 2')),
        on(Command).before(() => void log.push('Command')),
        placeOrder,
      ],
    });
    await bus.send(order);
    expect(log).toEqual(['Command', 'OrderCommand', 'PlaceOrder 1', 'PlaceOrder 2']);
  });

  it.each([
    { on: 'Command', target: Command, guards: ['test.place-order', 'test.cancel-order', 'test.count-orders'] },
    { on: 'a group', target: OrderCommand, guards: ['test.place-order'] },
    { on: 'Query', target: Query, guards: ['test.count-orders'] },
  ])('on $on guard what is below it', async ({ target, guards }) => {
    const log: string[] = [];
    await using bus = await startBus({
      items: [
        on(target).before(({ type }) => void log.push(type)),
        placeOrder,
        on(CancelOrder).handle(async () => 'cancelled'),
        on(CountOrders).handle(async () => 0),
      ],
    });
    await bus.send(order);
    await bus.send(new CancelOrder());
    await bus.send(new CountOrders());
    expect(log).toEqual(guards);
  });

  it('on several messages guard each of them', async () => {
    const log: string[] = [];
    await using bus = await startBus({
      items: [
        on(CancelOrder, CountOrders).before(({ type }) => void log.push(type)),
        placeOrder,
        on(CancelOrder).handle(async () => 'cancelled'),
        on(CountOrders).handle(async () => 0),
      ],
    });
    await bus.send(order);
    await bus.send(new CancelOrder());
    await bus.send(new CountOrders());
    expect(log).toEqual(['test.cancel-order', 'test.count-orders']);
  });

  it('stop a command by throwing', async () => {
    let handled = 0;
    await using bus = await startBus({
      items: [
        on(Command).before(() => {
          throw new Error('not allowed');
        }),
        on(PlaceOrder).handle(async () => String(++handled)),
      ],
    });
    await expect(bus.send(order)).rejects.toThrow('not allowed');
    expect(handled).toBe(0);
  });

  it('give values to the handler through the context', async () => {
    const User = contextKey<string>('user');
    await using bus = await startBus({
      items: [
        on(Command).before((_command, context) => void context.set(User, 'ada')),
        on(PlaceOrder).handle(async (_command, context) => context.get(User)),
      ],
    });
    await expect(bus.send(order)).resolves.toBe('ada');
  });

  it('give what is further in less time, and see the values that it sets', async () => {
    const User = contextKey<string>('user');
    const end = new AbortController();
    const signals: AbortSignal[] = [];
    await using bus = await startBus({
      items: [
        on(PlaceOrder).guard(async (_command, context, next) => {
          const reply = await next({ signal: end.signal, deadline: 5 });
          signals.push(context.signal);
          expect(context.deadline).toBeUndefined();
          return `${reply} by ${context.get(User)}`;
        }),
        on(PlaceOrder).handle(async ({ id }, context) => {
          signals.push(context.set(User, 'ada').signal);
          expect(context.deadline).toBe(5);
          return `placed ${id}`;
        }),
      ],
    });
    await expect(bus.send(order)).resolves.toBe('placed o1 by ada');
    end.abort();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  it('may hand `next` to a promise, whatever that resolves to', async () => {
    await using bus = await startBus({
      items: [
        on(PlaceOrder).guard(async (_command, _context, next) =>
          Promise.resolve({}).then(next as () => Promise<string>),
        ),
        placeOrder,
      ],
    });
    await expect(bus.send(order)).resolves.toBe('placed o1');
  });

  it('can be classes from the container', async () => {
    class Shout implements Guard<PlaceOrder, string> {
      async handle({ id }: PlaceOrder, _context: Context, next: () => Promise<string>): Promise<string> {
        return `${await next()}, ${id}!`;
      }
    }
    const items = [on(PlaceOrder).guardWith(Shout), placeOrder];
    await using bus = await startBus({ items, container: fixed([Shout, new Shout()]) });
    await expect(bus.send(order)).resolves.toBe('placed o1, o1!');
  });

  it("run before the handler's dependencies are made", async () => {
    class Repository {}
    const log: string[] = [];
    const container = {
      provides: () => undefined,
      verify: () => [],
      open: () => ({
        resolve: () => {
          log.push('made');
          return new Repository() as never;
        },
        dispose: () => undefined,
      }),
    };
    await using bus = await startBus({
      container,
      items: [
        on(Command).before((command) => {
          log.push('guarded');
          if (command instanceof PlaceOrder && command.id === 'bad') throw new Error('stopped');
        }),
        on(PlaceOrder)
          .inject({ repository: Repository })
          .handle(async () => 'placed'),
      ],
    });
    await bus.send(order);
    await expect(bus.send(new PlaceOrder({ id: 'bad' }))).rejects.toThrow('stopped');
    expect(log).toEqual(['guarded', 'made', 'guarded']);
  });

  it('share no state between two commands at once', async () => {
    const Id = contextKey<string>('id');
    const meet = barrier(2);
    class Remember implements Guard<Command> {
      async handle(command: Command, context: Context, next: () => Promise<OpaqueReply>): Promise<OpaqueReply> {
        if (command instanceof PlaceOrder) context.set(Id, command.id);
        await meet();
        return next();
      }
    }
    await using bus = await startBus({
      container: fixed([Remember, new Remember()]),
      items: [
        on(Command).guardWith(Remember),
        on(PlaceOrder).handle(async ({ id }, context) => `${id} guarded as ${context.get(Id)}`),
      ],
    });
    const replies = await Promise.all(['a', 'b'].map((id) => bus.send(new PlaceOrder({ id }))));
    expect(replies).toEqual(['a guarded as a', 'b guarded as b']);
  });

  it('are told by inspect, outermost first', async () => {
    const audit = on(Command).guard(async function audit(_command, _context, next) {
      return next();
    });
    await using bus = await startBus({ items: [on(PlaceOrder).before(() => undefined), audit, placeOrder] });
    expect(bus.inspect.guards(PlaceOrder)).toEqual([
      { place: 'registry `test`, `audit`' },
      { place: 'registry `test`, guard of `test.place-order`' },
    ]);
  });
});

/** Lets everybody pass once so many have come. */
function barrier(count: number): () => Promise<void> {
  let waiting = count;
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return () => {
    if (--waiting === 0) open();
    return opened;
  };
}
