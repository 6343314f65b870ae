import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from '../bus/anywise.js';
import { contextKey } from '../message/context.js';
import { contract } from '../message/contract.js';
import type { HandlerDefinition } from '../registry/definitions.js';
import { memoryStore } from '../../memory/store.js';
import { memoryBroker } from '../../memory/transport.js';
import { command, query } from '../message/declare.js';
import { on } from '../registry/on.js';
import { fakeClock } from '../../testing/clock.js';
import { eventually } from '../../testing/eventually.js';
import { startBus, type StartBusOptions } from '../../test-support/start-bus.js';

class PlaceOrder extends command('orders.place-order', { data: z.object({ id: z.string(), fail: z.boolean() }) }) {}
class CancelOrder extends command('orders.cancel-order', { data: z.object({ id: z.string() }) }) {}
class CountOrders extends query('orders.count-orders', { reply: z.number() }) {}
class SendMail extends command('mail.send-mail', { data: z.object({ to: z.string() }) }) {}
class Unknown extends command('nowhere.unknown') {}

const Tenant = contextKey<string>('tenant', { header: 'tenant' });
const contracts = [contract('orders', { PlaceOrder, CancelOrder, CountOrders }), contract('mail', { SendMail })];

const placeOrder = on(PlaceOrder)
  .inject({ anywise: Anywise })
  .handle(async ({ id, fail }, _context, { anywise }) => {
    await anywise.enqueue(new CancelOrder({ id }));
    if (fail) throw new Error('sold out');
  });
const countOrders = on(CountOrders).handle(async () => 0);

function cancelOrders(cancelled: string[]): HandlerDefinition<CancelOrder, void, []> {
  return on(CancelOrder).handle(async ({ id }) => void cancelled.push(id));
}

/** The orders service, on a clock that the test moves. */
async function startOrders({ cancelled = [], ...options }: StartBusOptions & { readonly cancelled?: string[] } = {}) {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  const items = [placeOrder, countOrders, cancelOrders(cancelled)];
  const orders = await startBus({ name: 'orders', contracts, context: [Tenant], items, store, ...options });
  /** Moves the clock once nothing is in hand: a lease would end by it. */
  const advance = async (ms: number): Promise<void> => {
    await eventually(async () => expect(await store.inbox.status()).toMatchObject({ running: { count: 0 } }));
    clock.advance(ms);
  };
  return { orders, clock, advance, store, [Symbol.asyncDispose]: () => orders.stop() };
}

const minute = 60_000;

describe('an enqueued command', () => {
  it('is handled after the commit of the handler that enqueued it', async () => {
    const cancelled: string[] = [];
    await using service = await startOrders({ cancelled });
    await service.orders.send(new PlaceOrder({ id: 'o1', fail: false }));
    await eventually(() => expect(cancelled).toEqual(['o1']));
  });

  it('is forgotten where that handler fails', async () => {
    const cancelled: string[] = [];
    await using service = await startOrders({ cancelled });
    await expect(service.orders.send(new PlaceOrder({ id: 'o1', fail: true }))).rejects.toThrow('sold out');
    await service.orders.enqueue(new CancelOrder({ id: 'o2' }));
    await eventually(() => expect(cancelled).toEqual(['o2']));
  });

  it('reaches the one slice that handles it', async () => {
    const broker = memoryBroker();
    const sent: string[] = [];
    const ignored: string[] = [];
    const mail = (to: string[]) => on(SendMail).handle(async (message) => void to.push(message.to));
    await using _mailer = await startBus({
      name: 'mail',
      contracts,
      items: [mail(sent)],
      transport: broker.connect(),
    });
    await using _archive = await startBus({
      name: 'archive',
      contracts,
      items: [mail(ignored)],
      transport: broker.connect(),
    });
    await using service = await startOrders({ transport: broker.connect() });
    await service.orders.enqueue(new SendMail({ to: 'ada' }));
    await service.orders.enqueue(new SendMail({ to: 'bob' }), { delayMs: minute });
    await eventually(() => expect(sent).toEqual(['ada']));
    await service.advance(minute);
    await eventually(() => expect(sent).toEqual(['ada', 'bob']));
    expect(ignored).toEqual([]);
  });

  it('takes along the context that travels, its correlation and what caused it', async () => {
    const seen: unknown[] = [];
    const note = on(CancelOrder).handle(async (_command, context) => {
      const { correlationId, causationId, messageId, attempt } = context;
      seen.push({ tenant: context.get(Tenant), correlationId, causationId, messageId, attempt });
    });
    const place = on(PlaceOrder)
      .inject({ anywise: Anywise })
      .handle(async ({ id }, { correlationId, messageId }, { anywise }) => {
        seen.push({ correlationId, messageId, enqueued: await anywise.enqueue(new CancelOrder({ id })) });
      });
    await using service = await startOrders({ items: [place, countOrders, note] });
    await service.orders.send(new PlaceOrder({ id: 'o1', fail: false }), { context: [Tenant('acme')] });
    await eventually(() => expect(seen).toHaveLength(2));
    const [cause, effect] = seen as [Record<string, string>, Record<string, string>];
    expect(effect).toEqual({
      tenant: 'acme',
      correlationId: cause.correlationId,
      causationId: cause.messageId,
      messageId: cause.enqueued,
      attempt: 1,
    });
  });

  it('that fails is tried again as its handler says, and ends as a dead letter', async () => {
    let attempts = 0;
    const fail = on(CancelOrder)
      .retry({ attempts: 3, immediate: 2 })
      .onDead('skip')
      .handle(async () => {
        attempts++;
        throw new Error('no');
      });
    await using service = await startOrders({ items: [placeOrder, countOrders, fail] });
    const id = await service.orders.enqueue(new CancelOrder({ id: 'o1' }));
    const dead = { id, listener: 'orders.cancel-order', attempts: 3, error: 'no', holdsUp: 'nothing' };
    await eventually(async () => expect(await service.orders.deadLetters.list()).toMatchObject([dead]));
    expect(attempts).toBe(3);
  });

  it('with a key waits for the one before', async () => {
    const order: string[] = [];
    let release = (): void => undefined;
    const slow = on(CancelOrder).handle(async ({ id }) => {
      order.push(id);
      if (id === 'first') await new Promise<void>((resolve) => (release = resolve));
    });
    await using service = await startOrders({ items: [placeOrder, countOrders, slow] });
    await service.orders.enqueue(new CancelOrder({ id: 'first' }), { key: 'k' });
    await service.orders.enqueue(new CancelOrder({ id: 'second' }), { key: 'k' });
    await service.orders.enqueue(new CancelOrder({ id: 'other' }), { key: 'l' });
    await eventually(() => expect(order).toEqual(['first', 'other']));
    release();
    await eventually(() => expect(order).toEqual(['first', 'other', 'second']));
  });
});

describe('a delayed command', () => {
  it('is handled when its time has come, and not before', async () => {
    const cancelled: string[] = [];
    await using service = await startOrders({ cancelled });
    await service.orders.enqueue(new CancelOrder({ id: 'later' }), { delayMs: 2 * minute });
    await service.orders.enqueue(new CancelOrder({ id: 'sooner' }), { at: new Date(service.clock.now() + minute) });
    await service.orders.enqueue(new CancelOrder({ id: 'now' }));
    await eventually(() => expect(cancelled).toEqual(['now']));
    await service.advance(minute);
    await eventually(() => expect(cancelled).toEqual(['now', 'sooner']));
    expect(await service.store.outbox.status()).toMatchObject({ scheduled: { count: 1 } });
    await service.advance(minute);
    await eventually(() => expect(cancelled).toEqual(['now', 'sooner', 'later']));
  });

  it('that is due in a moment is handled without anything else happening', async () => {
    const cancelled: string[] = [];
    await using service = await startOrders({ cancelled, store: memoryStore() });
    await service.orders.enqueue(new CancelOrder({ id: 'o1' }), { delayMs: 20 });
    await eventually(() => expect(cancelled).toEqual(['o1']));
  });

  it('is as old as it is due, so that a long delay does not make it too old to be handled', async () => {
    const broker = memoryBroker();
    const times: number[] = [];
    const options = { consumer: 'mail', types: ['mail.send-mail'], onError: () => undefined };
    const transport = broker.connect();
    await transport.subscribe(options, async (batch) => {
      for (const delivery of batch) if ('envelope' in delivery) times.push(Date.parse(delivery.envelope.time));
    });
    await using service = await startOrders({ transport: broker.connect() });
    const dueFrom = Date.now() + 30 * minute;
    await service.orders.enqueue(new SendMail({ to: 'ada' }), { delayMs: 30 * minute });
    await service.advance(30 * minute);
    await eventually(() => expect(times).toEqual([expect.any(Number)]));
    expect(times[0]).toBeGreaterThanOrEqual(dueFrom);
    await transport.close();
  });

  it('does not hold up what comes after it with the same key', async () => {
    const cancelled: string[] = [];
    await using service = await startOrders({ cancelled });
    await service.orders.enqueue(new CancelOrder({ id: 'later' }), { delayMs: minute, key: 'k' });
    await service.orders.enqueue(new CancelOrder({ id: 'now' }), { key: 'k' });
    await eventually(() => expect(cancelled).toEqual(['now']));
  });

  it('can be cancelled until it is due', async () => {
    const cancelled: string[] = [];
    await using service = await startOrders({ cancelled });
    const { orders, advance } = service;
    const id = await orders.enqueue(new CancelOrder({ id: 'o1' }), { delayMs: minute });
    const late = await orders.enqueue(new CancelOrder({ id: 'o2' }), { delayMs: minute });
    await expect(orders.cancel(id)).resolves.toBe(true);
    await expect(orders.cancel(id)).resolves.toBe(false);
    await expect(orders.cancel('unknown')).resolves.toBe(false);
    await advance(minute);
    await eventually(() => expect(cancelled).toEqual(['o2']));
    await expect(orders.cancel(late)).resolves.toBe(false);
  });

  it('stays where the handler that cancelled it fails, and goes where it commits', async () => {
    const cancelled: string[] = [];
    const ids: string[] = [];
    const takeBack = on(PlaceOrder)
      .inject({ anywise: Anywise })
      .handle(async ({ fail }, _context, { anywise }) => {
        expect(await anywise.cancel(ids[0] ?? '')).toBe(true);
        if (fail) throw new Error('sold out');
      });
    await using service = await startOrders({ items: [takeBack, countOrders, cancelOrders(cancelled)] });
    const { orders, advance } = service;
    ids.push(await orders.enqueue(new CancelOrder({ id: 'o1' }), { delayMs: minute }));
    await expect(orders.send(new PlaceOrder({ id: 'o1', fail: true }))).rejects.toThrow('sold out');
    expect(await service.store.outbox.status()).toMatchObject({ scheduled: { count: 1 } });
    await orders.send(new PlaceOrder({ id: 'o1', fail: false }));
    expect(await service.store.outbox.status()).toMatchObject({ scheduled: { count: 0 } });
    await advance(minute);
    await orders.enqueue(new CancelOrder({ id: 'o2' }));
    await eventually(() => expect(cancelled).toEqual(['o2']));
  });

  it('can be cancelled by the handler that enqueued it', async () => {
    const changeMind = on(PlaceOrder)
      .inject({ anywise: Anywise })
      .handle(async ({ id }, _context, { anywise }) => {
        const enqueued = await anywise.enqueue(new CancelOrder({ id }), { delayMs: minute });
        expect(await anywise.cancel(enqueued)).toBe(true);
      });
    await using service = await startOrders({ items: [changeMind, countOrders, cancelOrders([])] });
    await service.orders.send(new PlaceOrder({ id: 'o1', fail: false }));
    expect(await service.store.outbox.status()).toMatchObject({ scheduled: { count: 0 } });
  });
});

describe('enqueue refuses', () => {
  const cancel = new CancelOrder({ id: 'o1' });

  it.each([
    {
      what: 'a query',
      // The types refuse it too, where its class is known.
      enqueue: (bus: Anywise) => bus.enqueue(new CountOrders() as never),
      message: '`orders.count-orders` was enqueued, but it is a query, and its reply would be lost. Use `send`.',
    },
    {
      what: 'what no contract has',
      enqueue: (bus: Anywise) => bus.enqueue(new Unknown()),
      message:
        "`nowhere.unknown` was enqueued, but none of the bus's contracts has it, so it could not be read back. Add its contract to `contracts`.",
    },
    {
      what: 'a command without a possible handler',
      enqueue: (bus: Anywise) => bus.enqueue(new SendMail({ to: 'ada' })),
      message:
        '`mail.send-mail` was enqueued, but it has no handler in this process, and the bus has no transport to another. Register one with `on(SendMail).handle(…)`, or pass `transport`.',
    },
    {
      what: 'two times',
      enqueue: (bus: Anywise) => bus.enqueue(cancel, { delayMs: 1, at: new Date() }),
      message: '`orders.cancel-order` was enqueued with both `delayMs` and `at`; give one of them.',
    },
    {
      what: 'a time that does not exist',
      enqueue: (bus: Anywise) => bus.enqueue(cancel, { at: new Date('never') }),
      message:
        '`enqueue()`: `at` is an instance of `Date`, but must be a valid `Date`, at most a hundred years from now',
    },
    {
      what: 'a delay into the past',
      enqueue: (bus: Anywise) => bus.enqueue(cancel, { delayMs: -1 }),
      message: '`enqueue()`: `delayMs` is -1, but must be a number of milliseconds from 0 to 3155760000000',
    },
  ])('$what', async ({ enqueue, message }) => {
    await using service = await startOrders();
    await expect(enqueue(service.orders)).rejects.toThrow(message);
  });

  it('where no store could keep it', async () => {
    await using bus = await startBus({ name: 'orders', contracts, items: [placeOrder, countOrders, cancelOrders([])] });
    await expect(bus.enqueue(cancel)).rejects.toThrow(
      '`orders.cancel-order` was enqueued, but the bus has no store to keep it in. Pass one as `store`.',
    );
  });
});
