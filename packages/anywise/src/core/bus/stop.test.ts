import { describe, expect, it } from '@jest/globals';
import { memoryStore } from '../../memory/store.js';
import { memoryBroker } from '../../memory/transport.js';
import { startBus } from '../../test-support/start-bus.js';
import { eventually } from '../../testing/eventually.js';
import { contract } from '../message/contract.js';
import { command } from '../message/declare.js';
import { type } from '../message/schema.js';
import type { Store } from '../ports/store.js';
import type { Transport } from '../ports/transport.js';
import { MessageRegistry } from '../registry/registry.js';
import { on } from '../registry/on.js';
import { Anywise } from './anywise.js';

class Slow extends command('test.slow', { reply: type<string>() }) {}
const contracts = [contract('test', { Slow })];

/** What a transport needs besides what a test is about. */
const silentTransport: Transport = {
  name: 'silent',
  capabilities: memoryBroker().connect().capabilities,
  lacks: {},
  publish: async (envelopes) => envelopes.map(() => undefined),
  subscribe: async () => ({ close: async () => undefined }),
  check: async () => undefined,
  close: async () => undefined,
};

/** A gate that is shut until it is opened. */
function gate() {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

describe('a stop', () => {
  it.each([
    ['without a store', undefined],
    ['with a store', memoryStore()],
  ])('waits for a handler that needs nothing of the bus, %s', async (_where, store) => {
    const { opened, open } = gate();
    const events: string[] = [];
    const slow = on(Slow).handle(async () => {
      await opened;
      events.push('handled');
      return 'done';
    });
    const bus = await startBus({ items: [slow], contracts, ...(store && { store }) });
    const sent = bus.send(new Slow());
    const stopped = bus.stop().then(() => events.push('stopped'));
    setImmediate(open);
    await expect(sent).resolves.toBe('done');
    await stopped;
    expect(events).toEqual(['handled', 'stopped']);
  });

  it('waits for a handler that waits, however many before it did not', async () => {
    const { opened, open } = gate();
    const events: string[] = [];
    let count = 0;
    const slow = on(Slow).handle(async () => {
      if (++count > 800) {
        await opened;
        events.push('handled');
      } else if (count > 520) await new Promise(setImmediate);
      return 'done';
    });
    const bus = await startBus({ items: [slow] });
    for (let n = 0; n < 800; n++) await bus.send(new Slow());
    const sent = bus.send(new Slow());
    const stopped = bus.stop().then(() => events.push('stopped'));
    setImmediate(open);
    await sent;
    await stopped;
    expect(events).toEqual(['handled', 'stopped']);
  });

  it('waits no longer than it is told', async () => {
    const slow = on(Slow).handle(() => new Promise<never>(() => undefined));
    const bus = await startBus({ items: [slow] });
    void bus.send(new Slow());
    await bus.stop({ timeoutMs: 5 });
    await expect(bus.send(new Slow())).rejects.toMatchObject({ code: 'NOT_RUNNING' });
  });

  it('ends a start that is under way, and closes what it had opened', async () => {
    const { opened, open } = gate();
    const events: string[] = [];
    const store: Store = Object.assign(memoryStore(), {
      check: async () => {
        await opened;
        events.push('opened');
      },
      close: async () => void events.push('closed'),
    });
    const registries = [new MessageRegistry('test').register(on(Slow).handle(async () => 'done'))];
    const bus = new Anywise({ name: 'test', contracts, registries, store });
    const started = bus.start().then(
      () => 'started',
      (error: unknown) => (error as { code: string }).code,
    );
    const stopped = bus.stop();
    open();
    await stopped;
    expect(await started).toBe('NOT_RUNNING');
    expect(events).toEqual(['opened', 'closed']);
    await expect(bus.send(new Slow())).rejects.toThrow(/is stopped/);
    await eventually(async () => expect(await bus.check()).toEqual(['the bus is stopped']));
  });

  it.each([
    ['store', 'check'],
    ['store', 'close'],
    ['transport', 'check'],
  ])('ends in time a start whose %s hangs in its `%s`', async (part, method) => {
    const hangs = (): Promise<never> => new Promise(() => undefined);
    const closed: string[] = [];
    const store: Store = Object.assign(memoryStore(), { close: async () => void closed.push('store') });
    const transport = { ...silentTransport, close: async () => void closed.push('transport') };
    if (part === 'store') Object.assign(store, { check: hangs, ...(method === 'close' && { close: hangs }) });
    else Object.assign(transport, { check: hangs });
    const registries = [new MessageRegistry('test').register(on(Slow).handle(async () => 'done'))];
    const bus = new Anywise({ name: 'test', contracts, registries, store, transport });
    const started = bus.start().then(
      () => 'started',
      (error: unknown) => (error as { code: string }).code,
    );
    const began = performance.now();
    await bus.stop({ timeoutMs: 50 });
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(await started).toBe('NOT_RUNNING');
    expect(closed.sort()).toEqual(method === 'close' ? ['transport'] : ['store', 'transport']);
    expect(await bus.check()).toEqual(['the bus is stopped']);
  });

  it('gives a start that takes long the time that it has', async () => {
    const { opened, open } = gate();
    const events: string[] = [];
    const check = async (): Promise<void> => {
      await opened;
      events.push('migrated');
    };
    const store: Store = Object.assign(memoryStore(), { check, close: async () => void events.push('closed') });
    const registries = [new MessageRegistry('test').register(on(Slow).handle(async () => 'done'))];
    const bus = new Anywise({ name: 'test', contracts, registries, store });
    const started = bus.start().catch((error: unknown) => error);
    const stopped = bus.stop({ timeoutMs: 30_000 });
    setTimeout(open, 100);
    await stopped;
    expect(events).toEqual(['migrated', 'closed']);
    expect(await started).toMatchObject({ code: 'NOT_RUNNING' });
  });
});
