import { describe, expect, it } from '@jest/globals';
import { Anywise } from '../core/bus/anywise.js';
import { contract } from '../core/message/contract.js';
import { TerminalError } from '../core/errors/errors.js';
import { memoryStore } from '../memory/store.js';
import { memoryBroker } from '../memory/transport.js';
import { command, event } from '../core/message/declare.js';
import { on } from '../core/registry/on.js';
import { type } from '../core/message/schema.js';
import { fakeClock } from './clock.js';
import { recordingBus } from './recording-bus.js';
import { scenario } from './scenario.js';
import { startBus, type StartBusOptions } from '../test-support/start-bus.js';
import { MessageContext } from '../core/message/context.js';

class Pay extends command('payments.pay', { data: type<{ id: string }>(), reply: type<string>() }) {}
class Paid extends event('payments.paid', { data: type<{ id: string }>(), entityId: ({ id }) => id }) {}
class Shipped extends event('orders.shipped', { data: type<{ id: string }>(), entityId: ({ id }) => id }) {}
class Refund extends command('payments.refund', { data: type<{ id: string }>() }) {}
const contracts = [contract('payments', { Pay, Paid, Refund }), contract('orders', { Shipped })];

const pay = on(Pay)
  .inject({ anywise: Anywise })
  .handle(async ({ id }, _context, { anywise }) => {
    await anywise.publish(new Paid({ id }));
    return `paid ${id}`;
  });
const ship = on(Paid)
  .inject({ anywise: Anywise })
  .listen(async ({ id }, _context, { anywise }) => anywise.publish(new Shipped({ id })));

const refund = on(Refund)
  .inject({ anywise: Anywise })
  .handle(async ({ id }, _context, { anywise }) => {
    await anywise.publish(new Shipped({ id }));
  });

/** Two services that share a broker. */
function services(orders: StartBusOptions['items'] = [ship], store = memoryStore()) {
  const broker = memoryBroker();
  return Promise.all([
    startBus({ name: 'payments', contracts, items: [pay, refund], store: memoryStore(), transport: broker.connect() }),
    startBus({ name: 'orders', contracts, items: orders, store, transport: broker.connect() }),
  ]);
}

describe('a scenario', () => {
  it('tells what was replied and published, through all services, once nothing is left to do', async () => {
    const [payments, orders] = await services();
    await using _payments = payments;
    await using _orders = orders;
    const outcome = await scenario(payments, orders)
      .send(new Pay({ id: '1' }))
      .send(new Pay({ id: '2' }))
      .untilQuiet();
    expect(outcome.replies).toEqual(['paid 1', 'paid 2']);
    expect(outcome.eventsOf(Paid).map(({ id }) => id)).toEqual(['1', '2']);
    expect(outcome.eventsOf(Shipped).map(({ id }) => id)).toEqual(['1', '2']);
    expect(outcome.deadLetters).toEqual([]);
  });

  it('waits for enqueued commands and what they cause, but not for delayed ones', async () => {
    const takeBack = on(Paid)
      .inject({ anywise: Anywise })
      .listen(async ({ id }, _context, { anywise }) => {
        await anywise.enqueue(new Refund({ id }));
        await anywise.enqueue(new Refund({ id: 'later' }), { delayMs: 60_000 });
      });
    const [payments, orders] = await services([takeBack]);
    await using _payments = payments;
    await using _orders = orders;
    const outcome = await scenario(payments, orders)
      .send(new Pay({ id: '1' }))
      .untilQuiet();
    expect(outcome.eventsOf(Shipped).map(({ id }) => id)).toEqual(['1']);
  });

  it('shows dead letters, and does not wait for what waits behind them', async () => {
    const refuse = on(Paid).listen(() => {
      throw new TerminalError('no such order');
    });
    const [payments, orders] = await services([refuse]);
    await using _payments = payments;
    await using _orders = orders;
    const { deadLetters } = await scenario(payments, orders)
      .send(new Pay({ id: '1' }))
      .send(new Pay({ id: '1' }))
      .untilQuiet();
    expect(deadLetters).toMatchObject([{ listener: 'orders/payments.paid', key: '1', attempt: 1, dead: 'park' }]);
  });

  it('shows what a handler published only where it was committed', async () => {
    const fail = on(Pay)
      .inject({ anywise: Anywise })
      .handle(async ({ id }, _context, { anywise }) => {
        await anywise.publish(new Paid({ id }));
        throw new Error('too late');
      });
    await using bus = await startBus({ name: 'payments', contracts, items: [fail, refund], store: memoryStore() });
    const { events, errors, replies } = await scenario(bus)
      .send(new Pay({ id: '1' }))
      .untilQuiet();
    expect(events).toEqual([]);
    expect(replies).toEqual([undefined]);
    expect(errors).toEqual([new Error('too late')]);
  });

  it('moves on to a delayed retry when the clock is moved', async () => {
    const clock = fakeClock();
    let failures = 2;
    const failTwice = on(Paid)
      .retry({ immediate: 0, firstDelayMs: 3_600_000 })
      .listen(() => {
        if (failures-- > 0) throw new Error('not yet');
      });
    const [payments, orders] = await services([failTwice], memoryStore({ clock }));
    await using _payments = payments;
    await using _orders = orders;
    orders.observe({ failed: () => setImmediate(() => clock.advance(4 * 3_600_000)) });
    const outcome = await scenario(payments, orders)
      .send(new Pay({ id: '1' }))
      .untilQuiet();
    expect(outcome.failures.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(outcome.deadLetters).toEqual([]);
  });

  it('names what is still to be done when time is up', async () => {
    const hang = on(Paid).listen(() => new Promise<never>(() => undefined));
    const [payments, orders] = await services([hang]);
    await using _payments = payments;
    const quiet = scenario(payments, orders)
      .send(new Pay({ id: '1' }))
      .untilQuiet({ timeoutMs: 20 });
    await expect(quiet).rejects.toThrow('`payments.paid` by `orders/payments.paid`');
    await orders.stop({ timeoutMs: 0 });
  });
});

describe('a recording bus', () => {
  it('notes what a handler publishes', async () => {
    const bus = recordingBus();
    await pay.run(new Pay({ id: '1' }), new MessageContext(), { anywise: bus.anywise });
    expect(bus.published).toEqual([new Paid({ id: '1' })]);
  });

  it('records what a handler enqueues and cancels', async () => {
    const bus = recordingBus();
    const { anywise } = bus;
    const id = await anywise.enqueue(new Refund({ id: '1' }), { delayMs: 5 });
    await anywise.transaction((tx) => tx.enqueue(new Refund({ id: '2' })));
    await expect(anywise.cancel(id)).resolves.toBe(true);
    await expect(anywise.cancel(id)).resolves.toBe(false);
    expect(bus.enqueued).toEqual([
      { id, command: new Refund({ id: '1' }), options: { delayMs: 5 }, isCancelled: true },
      { id: expect.any(String) as unknown, command: new Refund({ id: '2' }), options: {}, isCancelled: false },
    ]);
  });

  it('gives the answers of the test, and says where one is missing', async () => {
    const bus = recordingBus().answer(Pay, ({ id }) => `paid ${id}`);
    await expect(bus.anywise.send(new Pay({ id: '1' }))).resolves.toBe('paid 1');
    await expect(recordingBus().anywise.send(new Pay({ id: '1' }))).rejects.toThrow('has no answer for it');
  });
});
