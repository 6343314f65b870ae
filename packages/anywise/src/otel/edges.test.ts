import { SpanStatusCode, trace } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from '../core/bus/anywise.js';
import { contract } from '../core/message/contract.js';
import { command, event } from '../core/message/declare.js';
import type { Envelope } from '../core/message/envelope.js';
import type { Received, Transport } from '../core/ports/transport.js';
import { on } from '../core/registry/on.js';
import { memoryStore } from '../memory/store.js';
import { memoryBroker } from '../memory/transport.js';
import { eventually } from '../testing/eventually.js';
import { recordSpans } from '../test-support/spans.js';
import { startBus } from '../test-support/start-bus.js';
import { otel } from './otel.js';

const data = z.object({ n: z.number() });
class Pay extends command('pay.pay', { data }) {}
class Paid extends event('pay.paid', { data, entityId: ({ n }) => String(n) }) {}
class Other extends event('pay.other', { data, entityId: () => 'one' }) {}
const contracts = [contract('pay', { Pay, Paid, Other })];
const pay = on(Pay)
  .inject({ anywise: Anywise })
  .handle(async ({ n }, _context, { anywise }) => anywise.publish(new Paid({ n })));
const hear = on(Paid).listen(() => undefined);
const traced = { contracts, instrumentation: otel() };

/** Starts a span and ends it, as an instrumented library does. */
function use(name: string): void {
  trace.getTracer('library').startSpan(name).end();
}

/** Keeps what is published to the others. */
function watched(transport: Transport, seen: Envelope[]): Transport {
  const publish = transport.publish.bind(transport);
  transport.publish = (envelopes) => {
    seen.push(...envelopes);
    return publish(envelopes);
  };
  return transport;
}

describe('a process', () => {
  it('that does not know which span it is in still nests what the bus does', async () => {
    await using recorded = recordSpans({ contextManager: false });
    await using bus = await startBus({ ...traced, name: 'pay', items: [pay, hear], store: memoryStore() });
    await bus.send(new Pay({ n: 1 }));
    await eventually(() => expect(recorded.tree()).toBe('command pay.pay\n  create pay.paid\n    process pay.paid'));
  });

  it('that does not record a trace tells the others not to record it either', async () => {
    await using recorded = recordSpans();
    const seen: Envelope[] = [];
    const broker = memoryBroker();
    let heard = 0;
    const listener = on(Paid).listen(() => {
      heard++;
    });
    const common = { ...traced, store: memoryStore() };
    await using _shop = await startBus({ ...traced, name: 'shop', items: [listener], transport: broker.connect() });
    const transport = watched(broker.connect(), seen);
    await using bus = await startBus({ ...common, name: 'pay', items: [pay], transport });
    await bus.send(new Pay({ n: 1 }), {
      trace: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00' },
    });
    await eventually(() => expect(heard).toBe(1));
    expect(seen[0]?.traceparent).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[\da-f]{16}-00$/);
    // The relay's span is a trace of its own.
    await eventually(() => expect(recorded.tree()).toBe('send (linked to 1)'));
  });
});

describe('what libraries record', () => {
  it('is within the message that is handled, alone, in a batch or for a sender', async () => {
    await using recorded = recordSpans();
    const items = [
      on(Pay)
        .inject({ anywise: Anywise })
        .handle(async ({ n }, _context, { anywise }) => {
          use('insert');
          await anywise.publish(new Paid({ n }));
        }),
      on(Paid).listen(() => use('update')),
      on(Other)
        .batch({ max: 2, waitMs: 60_000 })
        .listen(() => use('update all')),
    ];
    await using bus = await startBus({ ...traced, name: 'pay', items, store: memoryStore() });
    await bus.send(new Pay({ n: 1 }));
    await bus.transaction(async (tx) => {
      for (const n of [2, 3]) await tx.publish(new Other({ n }));
    });
    await eventually(() =>
      expect(recorded.tree().split('\n').sort()).toEqual(
        [
          'command pay.pay',
          '  insert',
          '  create pay.paid',
          '    process pay.paid',
          '      update',
          'create pay.other',
          'create pay.other',
          'process pay.other (linked to 2)',
          '  update all',
        ].sort(),
      ),
    );
  });

  it('of what a bus does by itself is not recorded', async () => {
    await using recorded = recordSpans();
    const store = memoryStore();
    let polls = 0;
    for (const part of [store.inbox, store.outbox]) {
      const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(part)).filter((name) => name !== 'constructor');
      for (const name of methods) {
        const method: unknown = Reflect.get(part, name);
        if (typeof method !== 'function') continue;
        const query = (...given: readonly unknown[]): unknown => {
          polls++;
          use(name);
          return Reflect.apply(method, part, given);
        };
        Object.defineProperty(part, name, { value: query });
      }
    }
    const bus = await recorded.inSpan('boot', () =>
      startBus({ ...traced, name: 'pay', items: [pay, hear], store, transport: memoryBroker().connect() }),
    );
    await eventually(() => expect(polls).toBeGreaterThan(4));
    await bus.stop();
    expect(recorded.tree()).toBe('boot');
  });
});

describe('what a handler throws', () => {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const barbed = {
    get name() {
      throw new Error('barbed');
    },
  };

  it.each([
    ['nothing', undefined],
    ['a text', 'no'],
    ['what cannot be looked at', revoked.proxy],
    ['what throws where it is looked at', barbed],
  ])('reaches the sender as it is, and ends the span as failed: %s', async (_what, thrown) => {
    await using recorded = recordSpans();
    const failing = on(Pay).handle(async () => {
      throw thrown as Error;
    });
    await using bus = await startBus({ ...traced, name: 'pay', items: [failing] });
    const caught = await bus.send(new Pay({ n: 1 })).then(
      () => ({ error: 'none' }),
      (error: unknown) => ({ error }),
    );
    expect(Object.is(caught.error, thrown)).toBe(true);
    expect(recorded.spans().map(({ status, attributes }) => [status.code, attributes['error.type']])).toEqual([
      [SpanStatusCode.ERROR, '_OTHER'],
    ]);
  });
});

describe('a relay', () => {
  it('links its span to as many messages as an SDK keeps, and says how many there are', async () => {
    await using recorded = recordSpans();
    const transport = memoryBroker().connect();
    await using bus = await startBus({ ...traced, name: 'pay', items: [pay], store: memoryStore(), transport });
    await bus.transaction(async (tx) => {
      for (let n = 0; n < 129; n++) await tx.publish(new Paid({ n }));
    });
    const sent = () => recorded.spans().filter(({ name }) => name === 'send');
    await eventually(() => expect(sent()).toHaveLength(1));
    expect(sent().map(({ links, droppedLinksCount }) => [links.length, droppedLinksCount])).toEqual([[128, 0]]);
    expect(sent()[0]?.attributes['messaging.batch.message_count']).toBe(129);
    expect([...(await recorded.values('messaging.client.sent.messages')).values()]).toEqual([129]);
  });
});

describe('a message that cannot be read', () => {
  it('is a failed span, and a dead letter that is counted', async () => {
    await using recorded = recordSpans();
    const transport = memoryBroker().connect();
    const garbled: Received[] = [{ unreadable: '{"id":', reason: 'It is no JSON.' }];
    const subscribe = transport.subscribe.bind(transport);
    transport.subscribe = async (options, receive) => {
      const subscription = await subscribe(options, receive);
      await receive(garbled);
      return subscription;
    };
    await using bus = await startBus({ ...traced, name: 'pay', items: [pay, hear], store: memoryStore(), transport });
    await eventually(() => expect(recorded.spans()).toHaveLength(1));
    const [span] = recorded.spans();
    expect(recorded.tree()).toBe('process unreadable !exception !anywise.dead');
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: expect.stringContaining('no JSON') });
    expect(span?.attributes['error.type']).toBe('UNREADABLE_MESSAGE');
    expect([...(await recorded.values('anywise.dead_letters')).values()]).toEqual([1]);
    expect(await bus.deadLetters.count()).toBe(1);
  });
});
