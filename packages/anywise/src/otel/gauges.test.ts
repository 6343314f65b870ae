import { describe, expect, it, jest } from '@jest/globals';
import { z } from 'zod';
import { contract } from '../core/message/contract.js';
import { event } from '../core/message/declare.js';
import type { BusStatus } from '../core/ports/bus-status.js';
import { AnywiseError } from '../core/errors/errors.js';
import { Entities } from '../core/entities/entities.js';
import { StreamConflictError } from '../core/ports/event-log.js';
import { projection } from '../core/projections/projection.js';
import { on } from '../core/registry/on.js';
import { memoryStore } from '../memory/store.js';
import { memoryBroker } from '../memory/transport.js';
import { recordSpans } from '../test-support/spans.js';
import { startBus } from '../test-support/start-bus.js';
import { bareContract } from '../test-support/todo-list.js';
import {
  completeTodo,
  CreateTodo,
  createTodo,
  dropTodo,
  RenameTodo,
  renameTodo,
  TodoCreated,
  TodoRenamed,
} from '../test-support/todos.js';
import { eventually } from '../testing/eventually.js';
import { otel } from './otel.js';
import { Snapshot } from './snapshot.js';

class Paid extends event('pay.paid', { data: z.object({ n: z.number() }), entityId: ({ n }) => String(n) }) {}
const contracts = [contract('pay', { Paid })];

/** A transport that takes nothing, and in which a lot waits. */
function stuck() {
  const transport = memoryBroker().connect();
  const subscribe = transport.subscribe.bind(transport);
  transport.publish = async () => {
    throw new AnywiseError('UNAVAILABLE', 'It is full.', { retryable: true });
  };
  transport.subscribe = async (options, receive) => ({
    ...(await subscribe(options, receive)),
    lag: async (limit) => ({ count: limit, isMore: true }),
  });
  return transport;
}

describe('the gauges', () => {
  it('tell what waits in outbox, inbox and transport, counted to 10,000', async () => {
    await using recorded = recordSpans();
    let letGo: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (letGo = resolve));
    const items = [on(Paid).listen(() => released)];
    const options = { contracts, items, store: memoryStore(), transport: stuck(), instrumentation: otel() };
    const bus = await startBus({ name: 'pay', ...options });
    await bus.publish(new Paid({ n: 1 }));
    const own = { 'messaging.consumer.group.name': 'pay' };
    const value = async (metric: string, attributes: object): Promise<unknown> =>
      (await recorded.values(metric)).get(JSON.stringify({ ...own, ...attributes }));
    await eventually(async () => {
      expect(await value('anywise.outbox.messages', { 'anywise.state': 'waiting' })).toBe(1);
      const inbox = await recorded.values('anywise.inbox.messages');
      expect([...inbox].filter(([name]) => name.includes('"running"')).map(([, count]) => count)).toEqual([1]);
      expect([...inbox.keys()].join()).toContain('"messaging.destination.subscription.name"');
    });
    expect(await value('anywise.outbox.messages', { 'anywise.state': 'parked' })).toBe(0);
    expect(await value('anywise.outbox.age', {})).toBeGreaterThan(0);
    expect(await value('anywise.outbox.relay', {})).toBe(1);
    expect(await value('anywise.transport.lag', {})).toBe(10_001);
    expect(await value('anywise.clock.skew', {})).toBe(0);
    letGo();
    await bus.stop({ timeoutMs: 0 });
  });
});

it('the gauges tell how far read models are behind', async () => {
  await using recorded = recordSpans();
  const broken = projection('test.counts', { version: 2, tables: {} }).on(TodoCreated, () => {
    throw new Error('broken');
  });
  const options = { contracts: [bareContract], store: memoryStore(), instrumentation: otel() };
  await using bus = await startBus({ items: [createTodo, renameTodo, completeTodo, dropTodo, broken], ...options });
  await bus.send(new CreateTodo({ todoId: 'a', title: 'A' }));
  const of = {
    ...{ 'messaging.consumer.group.name': 'test', 'anywise.state': 'live' },
    ...{ 'anywise.projection.name': 'test.counts', 'anywise.projection.version': 2 },
  };
  const value = async (metric: string): Promise<unknown> => (await recorded.values(metric)).get(JSON.stringify(of));
  await eventually(async () => expect(await value('anywise.projection.behind')).toBe(1));
  expect(await value('anywise.projection.lag')).toBeGreaterThan(0);
});

it('the metrics tell what read models took in and what not, and how the log is held up', async () => {
  await using recorded = recordSpans();
  const counts = projection('test.counts', { version: 2, tables: {} })
    .on(TodoCreated, ({ title }) => {
      if (title === 'bad') throw new Error('broken');
    })
    .on(TodoRenamed, () => undefined)
    .onDead('park');
  const store = memoryStore();
  const options = { contracts: [bareContract], store, instrumentation: otel() };
  await using bus = await startBus({ items: [createTodo, renameTodo, completeTodo, dropTodo, counts], ...options });
  await bus.send(new CreateTodo({ todoId: 'a', title: 'A' }));
  await bus.send(new CreateTodo({ todoId: 'b', title: 'bad' }));
  for (const todoId of ['a', 'b']) await bus.send(new RenameTodo({ todoId, title: 'new' }));
  await bus.projected(counts);
  const service = { 'messaging.consumer.group.name': 'test' };
  const own = { 'anywise.projection.name': 'test.counts', 'anywise.projection.version': 2 };
  const events = await recorded.values('anywise.projection.events');
  const outcome = (of: string): object => ({ 'anywise.outcome': of });
  expect(events.get(JSON.stringify({ ...service, ...own, ...outcome('taken') }))).toBe(2);
  expect(events.get(JSON.stringify({ ...service, ...own, ...outcome('parked') }))).toBe(2);
  const live = { ...service, 'anywise.state': 'live', ...own };
  await eventually(async () => {
    const faults = await recorded.values('anywise.projection.faults');
    const found = ['parked', 'skipped'].map((of) => faults.get(JSON.stringify({ ...live, ...outcome(of) })));
    expect(found).toEqual([2, 0]);
  });
  expect([...(await recorded.values('anywise.log.horizon_lag'))]).toEqual([[JSON.stringify(service), 0]]);
  await store.projections?.faults.skip({});
  await eventually(async () => {
    const later = await recorded.values('anywise.projection.events');
    expect(later.get(JSON.stringify({ ...service, ...own, ...outcome('taken') }))).toBe(3);
  });
});

it('the metrics tell what inline read models took in with the command', async () => {
  await using recorded = recordSpans();
  const counts = projection('test.counts', { version: 1, tables: {} })
    .on(TodoCreated, ({ title }) => {
      if (title === 'bad') throw new Error('broken');
    })
    .inline();
  const options = { contracts: [bareContract], store: memoryStore(), instrumentation: otel() };
  await using bus = await startBus({ items: [createTodo, renameTodo, completeTodo, dropTodo, counts], ...options });
  await bus.send(new CreateTodo({ todoId: 'a', title: 'A' }));
  await expect(bus.send(new CreateTodo({ todoId: 'b', title: 'bad' }))).rejects.toThrow('broken');
  // Its event is none of the projection's.
  await bus.send(new RenameTodo({ todoId: 'a', title: 'B' }));
  const events = await recorded.values('anywise.projection.events');
  expect([...events.values()]).toEqual([1]);
});

it('the metrics tell how often a message was run again because another was quicker', async () => {
  await using recorded = recordSpans();
  let tries = 0;
  const create = on(CreateTodo)
    .inject({ entities: Entities })
    .handle(async () => {
      if (++tries < 4) throw new StreamConflictError(tries === 3 ? 'the read models' : 'test.todo/a');
      return 'done';
    });
  const options = { contracts: [bareContract], store: memoryStore(), instrumentation: otel() };
  await using bus = await startBus({ items: [create, renameTodo, completeTodo, dropTodo], ...options });
  await bus.send(new CreateTodo({ todoId: 'a', title: 'A' }));
  const service = { 'messaging.consumer.group.name': 'test' };
  expect([...(await recorded.values('anywise.entity.conflicts'))]).toEqual([
    [JSON.stringify({ ...service, 'anywise.entity.name': 'test.todo' }), 2],
    [JSON.stringify(service), 1],
  ]);
});

describe('a snapshot', () => {
  const status: BusStatus = {
    outbox: { waiting: none(), scheduled: none(), parked: none(), oldestMs: 0 },
    inbox: { waiting: none(), running: none(), dead: none(), oldestMs: 0, listeners: [] },
    projections: [],
    saturated: [],
  };

  it('is taken once a second, however many ask at once', async () => {
    const now = jest.spyOn(performance, 'now');
    const asked = jest.fn(async () => status);
    const snapshot = new Snapshot({ name: 'pay', status: asked, lag: async () => undefined });
    now.mockReturnValue(5_000);
    await Promise.all([snapshot.read(), snapshot.read()]);
    now.mockReturnValue(5_999);
    expect(await snapshot.read()).toEqual({ status, lag: undefined });
    expect(asked).toHaveBeenCalledTimes(1);
    now.mockReturnValue(6_000);
    await snapshot.read();
    expect(asked.mock.calls).toEqual([
      [10_000, 1_000],
      [10_000, 1_000],
    ]);
    now.mockRestore();
  });

  it('has a gap where something cannot be read, and the rest', async () => {
    const away = async (): Promise<never> => Promise.reject(new Error('away'));
    const waiting = { count: 3, isMore: false };
    const noStore = new Snapshot({ name: 'pay', status: away, lag: async () => waiting });
    expect(await noStore.read()).toEqual({ status: undefined, lag: waiting });
    const noTransport = new Snapshot({ name: 'pay', status: async () => status, lag: away });
    expect(await noTransport.read()).toEqual({ status, lag: undefined });
  });
});

function none() {
  return { count: 0, isMore: false };
}
