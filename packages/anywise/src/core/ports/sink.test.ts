import { describe, expect, it } from '@jest/globals';
import { Anywise } from '../bus/anywise.js';
import { contextKey, MessageContext } from '../message/context.js';
import { contract } from '../message/contract.js';
import type { Logger } from './logger.js';
import { memoryStore } from '../../memory/store.js';
import { command, event } from '../message/declare.js';
import { Event } from '../message/message.js';
import { on } from '../registry/on.js';
import { MessageRegistry } from '../registry/registry.js';
import { type } from '../message/schema.js';
import { toEnvelopes, type Sink } from './sink.js';
import { memorySink, type MemorySink } from '../../sinks/memory.js';
import { eventually } from '../../testing/eventually.js';
import { silent, startBus } from '../../test-support/start-bus.js';

abstract class PaymentEvent extends Event {}
const data = type<{ readonly id: string; readonly n: number }>();
const options = { base: PaymentEvent, data, entityId: ({ id }: { id: string }) => id };
class Paid extends event('payments.paid', options) {}
class Refunded extends event('payments.refunded', options) {}
class Shipped extends event('shipping.shipped', { data, entityId: ({ id }) => id }) {}
class Pay extends command('payments.pay', { data }) {}
const contracts = [contract('payments', { Paid, Refunded, Pay }), contract('shipping', { Shipped })];

const User = contextKey<string>('user', { header: 'user' });
const pay = on(Pay)
  .inject({ anywise: Anywise })
  .handle(async ({ id, n }, _context, { anywise }) => anywise.publish(new Paid({ id, n })));

/** A sink that fails the first times it gets something of an entity, and then takes it. */
function shaky(inner: Sink, failures: number): Sink {
  const tries = new Map<string, number>();
  return {
    sink: async (events, context) => {
      for (const { entityId } of [events].flat()) {
        const before = tries.get(entityId) ?? 0;
        tries.set(entityId, before + 1);
        if (before < failures) throw new Error('not yet');
      }
      await inner.sink(events, context);
    },
    close: () => inner.close(),
  };
}

function expectNoCall(): never {
  throw new Error('The context was asked for a value.');
}

function numbers({ envelopes }: MemorySink): unknown[] {
  return envelopes.map((envelope) => envelope.data);
}

describe('a sink', () => {
  it('of a base class gets each event below it once, even if it is named twice', async () => {
    const [below, both, all] = [memorySink(), memorySink(), memorySink()];
    const sinks = [
      on(PaymentEvent).named('below').sink(below),
      on(PaymentEvent, Paid).named('both').sink(both),
      on(Event).named('all').sink(all),
    ];
    await using bus = await startBus({ contracts, sinks, store: memoryStore() });
    const published = [Paid, Refunded, Shipped].map((Class, n) => new Class({ id: 'a', n }));
    for (const one of published) await bus.publish(one);
    await eventually(() => expect(all.events).toEqual(published));
    for (const some of [both, below]) await eventually(() => expect(some.events).toEqual(published.slice(0, 2)));
  });

  it('that fails twice gets every event once with a store, those of one entity in order', async () => {
    const kept = memorySink();
    const sinks = [on(PaymentEvent).named('audit').retry({ firstDelayMs: 1 }).sink(shaky(kept, 2))];
    await using bus = await startBus({ contracts, sinks, store: memoryStore() });
    for (let n = 0; n < 5; n++) await bus.publish(new Paid({ id: 'a', n }));
    await eventually(() => expect(numbers(kept)).toEqual([0, 1, 2, 3, 4].map((n) => ({ id: 'a', n }))));
  });

  it('gets nothing of a handler that fails, with a store', async () => {
    const kept = memorySink();
    const sinks = [on(Paid).sink(kept)];
    const failing = on(Pay)
      .inject({ anywise: Anywise })
      .handle(async ({ id, n }, _context, { anywise }) => {
        await anywise.publish(new Paid({ id, n }));
        if (n === 1) throw new Error('declined');
      });
    await using bus = await startBus({ contracts, sinks, store: memoryStore(), items: [failing] });
    await expect(bus.send(new Pay({ id: 'a', n: 1 }))).rejects.toThrow('declined');
    await bus.send(new Pay({ id: 'a', n: 2 }));
    await eventually(() => expect(numbers(kept)).toEqual([{ id: 'a', n: 2 }]));
  });

  it('gets the event inside `publish` without a store, and its failure is told there', async () => {
    const kept = memorySink();
    await using bus = await startBus({ items: [on(Paid).named('audit').sink(shaky(kept, 1))] });
    await expect(bus.publish(new Paid({ id: 'a', n: 1 }))).rejects.toThrow('`audit` (not yet)');
    await bus.publish(new Paid({ id: 'a', n: 2 }));
    expect(kept.events).toEqual([new Paid({ id: 'a', n: 2 })]);
  });

  it('gets the same envelope with a store and without', async () => {
    const travelled: unknown[] = [];
    for (const store of [memoryStore(), undefined]) {
      const kept = memorySink();
      const options = { name: 'payments', contracts, context: [User], sinks: [on(Paid).sink(kept)], items: [pay] };
      await using bus = await startBus({ ...options, ...(store === undefined ? {} : { store }) });
      await bus.send(new Pay({ id: 'a', n: 1 }), { context: [User('ada')] });
      const [envelope] = await eventually(() => {
        expect(kept.envelopes).toHaveLength(1);
        return kept.envelopes;
      });
      expect(envelope?.correlationid).toBe(envelope?.causationid);
      travelled.push({ ...envelope, id: '', time: '', correlationid: '', causationid: '' });
    }
    expect(travelled[0]).toEqual(travelled[1]);
    expect(travelled[0]).toMatchObject({ type: 'payments.paid', subject: 'a', source: '/payments', user: '"ada"' });
  });
});

describe('a registered sink', () => {
  it('is called after its registry and event, or `sink` and event, where it has no name', async () => {
    await using bus = await startBus({
      name: 'payments',
      sinks: [on(Paid).sink(memorySink())],
      items: [on(Paid).sink(memorySink()), on(Paid).named('audit').sink(memorySink())],
    });
    expect(bus.inspect.listeners(Paid).map(({ name, place }) => ({ name, place }))).toEqual([
      { name: 'payments/payments.paid', place: 'registry `payments`, sink of `payments.paid`' },
      { name: 'audit', place: 'registry `payments`, sink of `payments.paid`' },
      { name: 'sink/payments.paid', place: 'registry `sink`, sink of `payments.paid`' },
    ]);
  });

  it('needs a name with a store where it is for a group', async () => {
    const bus = new Anywise({ name: 'test', store: memoryStore(), sinks: [on(PaymentEvent).sink(memorySink())] });
    await expect(bus.start()).rejects.toThrowErrorMatchingInlineSnapshot(
      `"The bus \`test\`: the listener in registry \`sink\`, sink of \`PaymentEvent\` listens to a group and has no stable name; give it one with \`.named(…)\`"`,
    );
    await bus.stop();
  });

  it('asks for nothing to be injected', () => {
    expect(on(Paid).inject({ anywise: Anywise }).sink(memorySink()).dependencies).toBeUndefined();
  });

  it('is closed once when the bus stops, after the messages in hand', async () => {
    const told: string[] = [];
    const slow: Sink = {
      sink: async () => {
        await new Promise(setImmediate);
        told.push('written');
      },
      close: async () => void told.push('closed'),
    };
    const bus = await startBus({
      contracts,
      store: memoryStore(),
      sinks: [on(Paid).sink(slow), on(Refunded).sink(slow)],
      items: [
        on(Paid)
          .named('first')
          .listen(() => void told.push('heard')),
      ],
    });
    await bus.publish(new Paid({ id: 'a', n: 1 }));
    await eventually(() => expect(told).toContain('heard'));
    await bus.stop();
    await bus.stop();
    expect([...told].sort()).toEqual(['closed', 'heard', 'written']);
    expect(told.at(-1)).toBe('closed');
  });

  it('that cannot be closed does not keep the bus from stopping', async () => {
    const warnings: string[] = [];
    const logger: Logger = { ...silent, warn: (_details, text) => void warnings.push(text) };
    const broken: Sink = { sink: async () => undefined, close: async () => Promise.reject(new Error('stuck')) };
    const other = memorySink();
    const bus = await startBus({ logger, sinks: [on(Paid).sink(broken), on(Refunded).sink(other)] });
    await bus.stop();
    expect(warnings).toEqual(['A sink could not be closed']);
    await expect(other.sink(new Paid({ id: 'a', n: 1 }))).rejects.toMatchObject({ code: 'NOT_RUNNING' });
  });

  it('may be in a registry that takes only events below a base', () => {
    const registry = new MessageRegistry('payments', { eventBase: PaymentEvent });
    expect(() => registry.register(on(Shipped).sink(memorySink()))).toThrow('does not extend `PaymentEvent`');
    expect(registry.register(on(Paid).sink(memorySink())).listeners).toHaveLength(1);
  });
});

describe('the envelopes of events', () => {
  const paid = new Paid({ id: 'a', n: 1 }, { eventId: 'e1', timestamp: '2026-01-01T00:00:00.000Z' });

  it('begin a correlation of their own without a context', () => {
    expect(toEnvelopes(paid)).toEqual([
      {
        specversion: '1.0',
        id: 'e1',
        source: '/payments',
        type: 'payments.paid',
        time: '2026-01-01T00:00:00.000Z',
        datacontenttype: 'application/json',
        subject: 'a',
        kind: 'event',
        schemaversion: 1,
        correlationid: 'e1',
        data: { id: 'a', n: 1 },
      },
    ]);
  });

  it('have the correlation of the context, and its message as their cause', () => {
    const context = new MessageContext({ correlationId: 'c1', causationId: 'earlier', entries: [User('ada')] });
    const [first, second] = toEnvelopes([paid, new Refunded({ id: 'a', n: 2 })], context);
    for (const envelope of [first, second]) {
      expect(envelope).toMatchObject({ correlationid: 'c1', causationid: context.messageId, user: '"ada"' });
    }
  });

  it('have the cause of the event, where the context is that of its listener', () => {
    const context = new MessageContext({ event: paid, correlationId: 'c1', causationId: 'command' });
    expect(toEnvelopes(paid, context)).toMatchObject([{ correlationid: 'c1', causationid: 'command' }]);
  });

  it('are made of any context, such as one that a test has written', () => {
    const { signal } = new AbortController();
    const ids = { messageId: 'm1', correlationId: 'c1', causationId: 'command', idempotencyKey: 'k1' };
    const context = { ...ids, signal, attempt: 1, deadline: undefined, get: expectNoCall, find: expectNoCall };
    expect(toEnvelopes(paid, context)).toMatchObject([{ correlationid: 'c1', causationid: 'command' }]);
  });
});
