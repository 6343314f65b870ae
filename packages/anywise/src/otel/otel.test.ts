import { trace } from '@opentelemetry/api';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from '../core/bus/anywise.js';
import { contract } from '../core/message/contract.js';
import { command, event } from '../core/message/declare.js';
import { domainError } from '../core/message/domain-error.js';
import type { Envelope } from '../core/message/envelope.js';
import type { Transport } from '../core/ports/transport.js';
import { on } from '../core/registry/on.js';
import { memoryStore } from '../memory/store.js';
import { memoryBroker } from '../memory/transport.js';
import { eventually } from '../testing/eventually.js';
import { recordSpans } from '../test-support/spans.js';
import { startBus } from '../test-support/start-bus.js';
import { otel } from './otel.js';

class Declined extends domainError('shop.declined', { data: z.object({}), message: () => 'declined' }) {}
class Paid extends event('pay.paid', { data: z.object({ n: z.number() }), entityId: ({ n }) => String(n) }) {}
class Started extends event('shop.started', { data: z.object({ n: z.number() }), entityId: () => 'all' }) {}
class Pay extends command('pay.pay', { data: z.object({ n: z.number() }), reply: z.number() }) {}
class Start extends command('shop.start', { data: z.object({ n: z.number() }), errors: [Declined] }) {}
const contracts = [contract('pay', { Pay, Paid }), contract('shop', { Start, Started })];

const pay = on(Pay)
  .inject({ anywise: Anywise })
  .handle(async ({ n }, _context, { anywise }) => {
    await anywise.publish(new Paid({ n }));
    return n;
  });
const start = on(Start)
  .inject({ anywise: Anywise })
  .handle(async ({ n }, _context, { anywise }) => anywise.publish(new Started({ n })));

/** Keeps what is published to the others. */
function watched(transport: Transport, seen: Envelope[]): Transport {
  const publish = transport.publish.bind(transport);
  transport.publish = (envelopes) => {
    seen.push(...envelopes);
    return publish(envelopes);
  };
  return transport;
}

describe('otel', () => {
  it('records a command, its event and what another service does with it as one trace', async () => {
    await using recorded = recordSpans();
    const broker = memoryBroker();
    const common = { contracts, instrumentation: otel() };
    let isDone = false;
    const items = [
      start,
      on(Paid)
        .inject({ anywise: Anywise })
        .listen(({ n }, _context, { anywise }) => anywise.send(new Start({ n }))),
      on(Started)
        .inline()
        .listen(() => void (isDone = true)),
    ];
    await using _shop = await startBus({
      ...common,
      name: 'shop',
      items,
      store: memoryStore(),
      transport: broker.connect(),
    });
    await using payer = await startBus({
      ...common,
      name: 'pay',
      items: [pay],
      store: memoryStore(),
      transport: broker.connect(),
    });
    await payer.send(new Pay({ n: 1 }));
    await eventually(() => {
      expect(isDone).toBe(true);
      expect(recorded.tree().split('\n').sort()).toEqual(
        [
          'command pay.pay',
          '  create pay.paid',
          '    process pay.paid',
          '      command shop.start',
          '        listen shop.started',
          '        create shop.started',
          'send (linked to 1)',
          'send (linked to 1)',
        ].sort(),
      );
    });
    const names = new Map(recorded.spans().map((span) => [span.name, span]));
    const handled = names.get('process pay.paid');
    expect(handled?.attributes).toMatchObject({
      'messaging.system': 'anywise',
      'messaging.destination.name': 'pay.paid',
      'messaging.consumer.group.name': 'shop',
      'anywise.message.attempt': 1,
    });
    expect(JSON.stringify(recorded.spans().map(({ attributes }) => attributes))).not.toContain('"n"');
  });

  it('begins a trace of its own, linked, for a message that is too old', async () => {
    await using recorded = recordSpans();
    const instrumentation = otel({ newTraceAfterMs: 0 });
    const items = [pay, on(Paid).listen(() => undefined)];
    await using bus = await startBus({ name: 'pay', contracts, items, store: memoryStore(), instrumentation });
    await bus.send(new Pay({ n: 1 }));
    await eventually(() =>
      expect(recorded.tree()).toBe('command pay.pay\n  create pay.paid\nprocess pay.paid (linked to 1)'),
    );
  });

  it('tells of a retry and of a dead letter, with the type of the error', async () => {
    await using recorded = recordSpans();
    const failing = on(Paid)
      .retry({ attempts: 2, immediate: 2 })
      .listen((_event, { attempt }) => {
        throw attempt === 1 ? new TypeError('not ready') : new Declined({});
      });
    const options = { contracts, store: memoryStore(), instrumentation: otel() };
    await using bus = await startBus({ name: 'pay', items: [pay, failing], ...options });
    await bus.send(new Pay({ n: 1 }));
    await eventually(() =>
      expect(recorded.tree()).toBe(
        [
          'command pay.pay',
          '  create pay.paid',
          '    process pay.paid !anywise.retry !exception',
          '    process pay.paid !anywise.dead !exception',
        ].join('\n'),
      ),
    );
    const types = recorded.spans().map(({ attributes }) => attributes['error.type']);
    expect(types.filter((type) => type !== undefined)).toEqual(['TypeError', 'shop.declined']);
    const dead = await recorded.values('anywise.dead_letters');
    expect([...dead.values()]).toEqual([1]);
    const waiting = await recorded.values('anywise.inbox.messages');
    expect([...waiting].filter(([name]) => name.includes('"dead"')).map(([, value]) => value)).toEqual([1]);
  });

  it('records a batch as one span that is linked to each of its messages', async () => {
    await using recorded = recordSpans();
    const summed: number[] = [];
    const sum = on(Paid)
      .batch()
      .listen((events) => void summed.push(...events.map(({ n }) => n)));
    const options = { contracts, store: memoryStore(), instrumentation: otel() };
    await using bus = await startBus({ name: 'pay', items: [pay, sum], ...options });
    await bus.transaction(async (tx) => {
      for (const n of [1, 2, 3]) await tx.publish(new Paid({ n }));
    });
    await eventually(() => expect(recorded.tree()).toContain('process pay.paid (linked to 3)'));
    expect(summed).toEqual([1, 2, 3]);
  });

  it('nests what is within the span of the user, and lets it see its own', async () => {
    await using recorded = recordSpans();
    const seen: (string | undefined)[] = [];
    const handler = on(Pay).handle(async ({ n }) => {
      seen.push(trace.getActiveSpan()?.spanContext().spanId);
      return n;
    });
    await using bus = await startBus({ name: 'pay', contracts, items: [handler], instrumentation: otel() });
    await trace.getTracer('user').startActiveSpan('GET /', async (span) => {
      await bus.send(new Pay({ n: 1 }));
      span.end();
    });
    expect(recorded.tree()).toBe('GET /\n  command pay.pay');
    expect(seen).toEqual([
      recorded
        .spans()
        .find(({ name }) => name === 'command pay.pay')
        ?.spanContext().spanId,
    ]);
  });

  it('records nothing while a bus has nothing to do', async () => {
    await using recorded = recordSpans();
    const broker = memoryBroker();
    const options = { contracts, store: memoryStore(), transport: broker.connect(), instrumentation: otel() };
    await using bus = await startBus({ name: 'pay', items: [pay, on(Paid).listen(() => undefined)], ...options });
    await bus.status();
    expect(recorded.spans()).toEqual([]);
  });

  it('records what happens after an SDK was registered, and writes no trace before', async () => {
    const seen: Envelope[] = [];
    const transport = watched(memoryBroker().connect(), seen);
    const options = { contracts, store: memoryStore(), transport, instrumentation: otel() };
    await using bus = await startBus({ name: 'pay', items: [pay], ...options });
    await bus.send(new Pay({ n: 1 }));
    await eventually(() => expect(seen).toHaveLength(1));
    expect(seen[0]).not.toHaveProperty('traceparent');
    await using recorded = recordSpans();
    await bus.send(new Pay({ n: 2 }));
    await eventually(() => expect(seen).toHaveLength(2));
    const created = recorded.spans().find(({ name }) => name === 'create pay.paid');
    const { traceId, spanId } = created?.spanContext() ?? { traceId: '', spanId: '' };
    expect(seen[1]?.traceparent).toBe(`00-${traceId}-${spanId}-01`);
  });

  it('measures what happens soon after only metrics were registered', async () => {
    await using bus = await startBus({ name: 'pay', contracts, items: [pay], instrumentation: otel() });
    await using recorded = recordSpans({ traces: false });
    await eventually(async () => {
      await bus.send(new Pay({ n: 1 }));
      expect((await recorded.values('anywise.send.duration')).size).toBe(1);
    });
    expect(recorded.spans()).toEqual([]);
  });

  it('names every option that is wrong', () => {
    const wrong = { newTraceAfterMs: -1, recordKeys: 'yes', other: 1 } as object;
    expect(() => otel(wrong)).toThrow(/newTraceAfterMs[^]*recordKeys|recordKeys[^]*newTraceAfterMs/);
  });
});
