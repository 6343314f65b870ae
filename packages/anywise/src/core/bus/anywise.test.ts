import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from './anywise.js';
import { memoryStore } from '../../memory/store.js';
import { memoryBroker } from '../../memory/transport.js';
import { contract } from '../message/contract.js';
import { command, event } from '../message/declare.js';
import { on } from '../registry/on.js';
import { MessageRegistry } from '../registry/registry.js';
import { silent, startBus } from '../../test-support/start-bus.js';

class Outer extends command('test.outer', { reply: z.string() }) {}
class Inner extends command('test.inner', { data: z.object({ n: z.number().optional() }), reply: z.string() }) {}
class Happened extends event('test.happened', {
  data: z.object({ id: z.string() }),
  entityId: ({ id }) => id,
}) {}

const happened = new Happened({ id: 'e1' });

describe('a bus', () => {
  it('refuses messages before it is started', async () => {
    const bus = new Anywise({ name: 'test', logger: silent });
    await expect(bus.send(new Inner({}))).rejects.toThrowErrorMatchingInlineSnapshot(
      `"The bus \`test\` is not started. Call \`await anywise.start()\` first."`,
    );
    await expect(bus.publish(happened)).rejects.toMatchObject({ code: 'NOT_RUNNING' });
    await expect(bus.check()).resolves.toEqual(['the bus is not started']);
  });

  it('refuses messages after it was stopped', async () => {
    const bus = await startBus({});
    await bus.stop();
    await expect(bus.send(new Inner({}))).rejects.toThrowErrorMatchingInlineSnapshot(
      `"The bus \`test\` is stopped. A stopped bus cannot be started again: make a new one."`,
    );
    await expect(bus.publish(happened)).rejects.toMatchObject({ code: 'NOT_RUNNING' });
    await expect(bus.check()).resolves.toEqual(['the bus is stopped']);
  });

  it('is started once', async () => {
    await using bus = await startBus({});
    await expect(bus.start()).rejects.toThrowErrorMatchingInlineSnapshot(
      `"The bus \`test\` is started already. Call \`start\` once."`,
    );
    await expect(bus.check()).resolves.toEqual([]);
  });

  it('cannot be started again', async () => {
    const bus = await startBus({});
    await bus.stop();
    await expect(bus.start()).rejects.toThrowErrorMatchingInlineSnapshot(
      `"The bus \`test\` is stopped. A stopped bus cannot be started again: make a new one."`,
    );
  });

  it('can be stopped twice, and without having been started', async () => {
    const bus = new Anywise({ name: 'test', logger: silent });
    await bus.stop();
    await bus.stop();
    await expect(bus.check()).resolves.toEqual(['the bus is stopped']);
  });

  it('tells who handles what', async () => {
    const handleInner = async (): Promise<string> => 'inner';
    const registry = new MessageRegistry('inner things').register(on(Inner).handle(handleInner));
    const bus = new Anywise({ name: 'test', registries: [registry], logger: silent });
    expect(bus.inspect.handler(Inner)).toMatchObject({ place: 'registry `inner things`, `handleInner`' });
    expect(bus.inspect.handler(Outer)).toBeUndefined();
  });
});

describe('the bus of a message', () => {
  const inner = on(Inner).handle(async () => new Promise((resolve) => setImmediate(() => resolve('inner'))));

  it('reports a send that was not awaited', async () => {
    const outer = on(Outer)
      .inject({ anywise: Anywise })
      .handle(async (_command, _context, { anywise }) => {
        void anywise.send(new Inner({}));
        return 'outer';
      });
    await using bus = await startBus({ items: [outer, inner] });
    await expect(bus.send(new Outer())).rejects.toThrowErrorMatchingInlineSnapshot(
      `"The code at registry \`test\`, handler of \`test.outer\` ended while \`test.inner\` still ran. Put \`await\` before each send and publish."`,
    );
    await expect(bus.send(new Outer())).rejects.toMatchObject({ code: 'NOT_AWAITED' });
  });

  it('reports a publish that was not awaited', async () => {
    const outer = on(Outer)
      .inject({ anywise: Anywise })
      .handle(async function outer(_command, _context, { anywise }) {
        void anywise.publish(happened);
        return 'outer';
      });
    const listener = on(Happened).listen(async () => new Promise((resolve) => setImmediate(resolve)));
    await using bus = await startBus({ items: [outer, listener] });
    await expect(bus.send(new Outer())).rejects.toThrowErrorMatchingInlineSnapshot(
      `"The code at registry \`test\`, \`outer\` ended while \`test.happened\` still ran. Put \`await\` before each send and publish."`,
    );
  });

  it('reports one send of several of a kind that was not awaited', async () => {
    const waits: (() => void)[] = [];
    const held = on(Inner).handle(async ({ n }) => {
      await new Promise<void>((resolve) => (waits[n ?? 0] = resolve));
      return 'inner';
    });
    const outer = on(Outer)
      .inject({ anywise: Anywise })
      .handle(async (_command, _context, { anywise }) => {
        const first = anywise.send(new Inner({ n: 0 }));
        const second = anywise.send(new Inner({ n: 1 }));
        waits[0]?.();
        await first;
        void anywise.send(new Inner({ n: 2 }));
        waits[1]?.();
        await second;
        return 'outer';
      });
    await using bus = await startBus({ items: [outer, held] });
    await expect(bus.send(new Outer())).rejects.toMatchObject({ code: 'NOT_AWAITED' });
    waits[2]?.();
  });

  it('lets several calls run at once where all are awaited', async () => {
    const outer = on(Outer)
      .inject({ anywise: Anywise })
      .handle(async (_command, _context, { anywise }) => {
        const replies = await Promise.all([1, 2, 3].map((n) => anywise.send(new Inner({ n }))));
        return replies.join();
      });
    await using bus = await startBus({ items: [outer, inner] });
    await expect(bus.send(new Outer())).resolves.toBe('inner,inner,inner');
  });

  it('cannot be used when its message has ended', async () => {
    const kept: Anywise[] = [];
    const outer = on(Outer)
      .inject({ anywise: Anywise })
      .handle(async (_command, _context, { anywise }) => {
        kept.push(anywise);
        return 'outer';
      });
    await using bus = await startBus({ items: [outer, inner] });
    await bus.send(new Outer());
    await expect(kept[0]?.send(new Inner({}))).rejects.toThrowErrorMatchingInlineSnapshot(
      `"The bus of a message was used after that message had ended. Await every call, and do not keep the injected \`Anywise\`."`,
    );
    await expect(kept[0]?.publish(happened)).rejects.toMatchObject({ code: 'NOT_AWAITED' });
  });

  it('cannot be stopped by a handler', async () => {
    const outer = on(Outer)
      .inject({ anywise: Anywise })
      .handle(async (_command, _context, { anywise }) => {
        await anywise.stop();
        return 'outer';
      });
    await using bus = await startBus({ items: [outer] });
    await expect(bus.send(new Outer())).rejects.toThrowErrorMatchingInlineSnapshot(
      `"A handler called \`stop\` on the bus of its message. Call it on the bus that you created."`,
    );
  });
});

describe('collected events', () => {
  it('are all published, even where a listener of an earlier one fails', async () => {
    const heard: string[] = [];
    const fail = on(Happened).listen(({ id }) => {
      heard.push(id);
      if (id === 'e1') throw new Error('first');
    });
    await using bus = await startBus({ items: [fail] });
    const entity = { takeEvents: () => [new Happened({ id: 'e1' }), new Happened({ id: 'e2' })] };
    await expect(bus.collect(entity)).rejects.toMatchObject({ code: 'LISTENERS_FAILED' });
    expect(heard).toEqual(['e1', 'e2']);
  });
});

describe('a transaction within a handler', () => {
  it('that is not awaited is an error, as a send is', async () => {
    const outer = on(Outer)
      .inject({ anywise: Anywise })
      .handle(async (_command, _context, { anywise }) => {
        void anywise.transaction(() => new Promise(setImmediate));
        return 'done';
      });
    await using bus = await startBus({
      items: [outer],
      store: memoryStore(),
      contracts: [contract('test', { Outer })],
    });
    await expect(bus.send(new Outer())).rejects.toMatchObject({
      code: 'NOT_AWAITED',
      message: expect.stringContaining('`transaction`') as unknown,
    });
  });
});

describe('a signal that is aborted already', () => {
  it('keeps the handler from running', async () => {
    let runs = 0;
    await using bus = await startBus({ items: [on(Outer).handle(async () => String(++runs))] });
    await expect(bus.send(new Outer(), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(runs).toBe(0);
  });
});

it('gives tools its store, if it has one', () => {
  const store = memoryStore();
  expect(new Anywise({ name: 'a', store }).store).toBe(store);
  expect(new Anywise({ name: 'a', transport: memoryBroker().connect() }).store?.name).toBe('memory');
  expect(new Anywise({ name: 'a' }).store).toBeUndefined();
});
