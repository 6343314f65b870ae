import { describe, expect, it } from '@jest/globals';
import { Container } from 'inversify';
import { Anywise } from '../bus/anywise.js';
import { contract } from '../message/contract.js';
import type { Context, FrozenContext } from '../message/context.js';
import { memoryStore } from '../../memory/store.js';
import { command, event } from '../message/declare.js';
import { on } from '../registry/on.js';
import { type } from '../message/schema.js';
import { inversify } from '../../inversify/container.js';
import { eventually } from '../../testing/eventually.js';
import { startBus } from '../../test-support/start-bus.js';

class Slow extends command('test.slow', { reply: type<string>() }) {}
class Outer extends command('test.outer', { reply: type<string>() }) {}
class Happened extends event('test.happened', { data: type<{ id: string }>(), entityId: ({ id }) => id }) {}
const contracts = [contract('test', { Slow, Outer, Happened })];

const forEver = new Promise<never>(() => undefined);

/** A handler that never ends by itself, and shows its context. */
function hang(seen: (context: Context) => void) {
  return on(Slow).handle(async (_command, context) => {
    seen(context);
    return forEver;
  });
}

const outer = on(Outer)
  .inject({ anywise: Anywise })
  .handle(async (_command, _context, { anywise }) => anywise.send(new Slow()));

describe('a send with a time limit', () => {
  it('gives the reply of a handler that is fast enough', async () => {
    await using bus = await startBus({ items: [on(Slow).handle(async () => 'done')] });
    await expect(bus.send(new Slow(), { timeoutMs: 60_000 })).resolves.toBe('done');
  });

  it('rejects when time is up, and aborts the signal of the handler', async () => {
    const contexts: Context[] = [];
    await using bus = await startBus({ items: [hang((context) => contexts.push(context))] });
    const begun = Date.now();
    await expect(bus.send(new Slow(), { timeoutMs: 5 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `"\`test.slow\` was not handled within 5 ms; nothing was committed. Allow more with \`timeoutMs\`, or find what is slow."`,
    );
    expect(contexts[0]?.signal.aborted).toBe(true);
    const { deadline = 0 } = contexts[0] ?? {};
    expect(deadline).toBeGreaterThanOrEqual(begun + 5);
    // Not less, as a timer goes by another clock than the time of day.
    expect(deadline).toBeLessThanOrEqual(Date.now() + 5);
  });

  it('reaches what the handler sends', async () => {
    const contexts: Context[] = [];
    await using bus = await startBus({ items: [outer, hang((context) => contexts.push(context))] });
    await expect(bus.send(new Outer(), { timeoutMs: 5 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(contexts[0]?.signal.aborted).toBe(true);
    expect(contexts[0]?.deadline).toBeDefined();
  });

  it('reaches the listeners of what the handler publishes', async () => {
    const contexts: FrozenContext[] = [];
    const publish = on(Outer)
      .inject({ anywise: Anywise })
      .handle(async (_command, _context, { anywise }) => {
        await anywise.publish(new Happened({ id: '1' }));
        return 'done';
      });
    const listen = on(Happened).listen((_event, context) => void contexts.push(context));
    await using bus = await startBus({ items: [publish, listen] });
    await bus.send(new Outer(), { timeoutMs: 60_000 });
    expect(contexts[0]?.deadline).toBeGreaterThan(Date.now());
  });

  it('may be shorter within a handler than without', async () => {
    const deadlines: (number | undefined)[] = [];
    const impatient = on(Outer)
      .inject({ anywise: Anywise })
      .handle(async (_command, context, { anywise }) => {
        deadlines.push(context.deadline);
        await anywise.send(new Slow(), { timeoutMs: 5 }).catch(() => undefined);
        return 'went on';
      });
    await using bus = await startBus({ items: [impatient, hang(({ deadline }) => deadlines.push(deadline))] });
    await expect(bus.send(new Outer(), { timeoutMs: 60_000 })).resolves.toBe('went on');
    expect(Number(deadlines[1])).toBeLessThan(Number(deadlines[0]));
  });

  it('commits nothing of a handler that goes on when time is up', async () => {
    const store = memoryStore();
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const late: unknown[] = [];
    const publishLate = on(Slow)
      .inject({ anywise: Anywise })
      .handle(async (_command, _context, { anywise }) => {
        await held;
        await anywise.publish(new Happened({ id: '1' })).catch((error: unknown) => late.push(error));
        return 'too late';
      });
    const heard: string[] = [];
    const listen = on(Happened).listen(({ id }) => void heard.push(id));
    await using bus = await startBus({
      items: [publishLate, listen, on(Outer).handle(async () => '')],
      contracts,
      store,
    });
    await expect(bus.send(new Slow(), { timeoutMs: 5 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    goOn();
    await eventually(() => expect(late).toHaveLength(1));
    expect(late[0]).toMatchObject({ code: 'NOT_AWAITED' });
    expect((await store.inbox.status()).waiting.count).toBe(0);
    expect(heard).toEqual([]);
  });
});

describe('a sender that gives up', () => {
  it('gets an error that says so, with its own reason as the cause', async () => {
    await using bus = await startBus({ items: [hang(() => undefined)] });
    const controller = new AbortController();
    const sent = bus.send(new Slow(), { signal: controller.signal });
    const reason = new Error('the user left');
    controller.abort(reason);
    await expect(sent).rejects.toMatchObject({ code: 'ABORTED', cause: reason });
  });

  it('may have given up before', async () => {
    await using bus = await startBus({ items: [hang(() => undefined)] });
    await expect(bus.send(new Slow(), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('a handler that goes on when time is up', () => {
  it('keeps what its scope has made until it ends', async () => {
    const events: string[] = [];
    class Resource {
      [Symbol.dispose](): void {
        events.push('disposed');
      }
    }
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    const slow = on(Outer)
      .inject({ resource: Resource })
      .handle(async () => {
        await gate;
        events.push('ended');
        return 'done';
      });
    const container = inversify(new Container()).scoped(Resource, (bind) => bind.to(Resource));
    await using bus = await startBus({ items: [slow], container });
    await expect(bus.send(new Outer(), { timeoutMs: 5 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(events).toEqual([]);
    go();
    await eventually(() => expect(events).toEqual(['ended', 'disposed']));
  });
});
