import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { memoryStore } from '../memory/store.js';
import { contract } from '../core/message/contract.js';
import type { Store } from '../core/ports/store.js';
import { eventually } from '../testing/eventually.js';
import { Anywise } from '../core/bus/anywise.js';
import type { Context } from '../core/message/context.js';
import { command } from '../core/message/declare.js';
import { Command } from '../core/message/message.js';
import { type } from '../core/message/schema.js';
import { on } from '../core/registry/on.js';
import { startBus } from '../test-support/start-bus.js';
import { timed } from './timed.js';

class Slow extends command('test.slow', { reply: type<string>() }) {}
class Outer extends command('test.outer') {}

/** A handler that never ends, and its context. */
function hanging() {
  const contexts: Context[] = [];
  const handler = on(Slow).handle((_command, context) => {
    contexts.push(context);
    return new Promise<string>(() => undefined);
  });
  return { contexts, handler };
}

afterEach(() => {
  jest.useRealTimers();
});

describe('a message whose guard has a limit', () => {
  it('is given its reply where it is in time, and leaves no timer behind', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const contexts: Context[] = [];
    await using bus = await startBus({
      items: [
        on(Slow).guard(timed({ timeoutMs: 20 })),
        on(Slow).handle(async (_command, context) => {
          contexts.push(context);
          return 'done';
        }),
      ],
    });
    await expect(bus.send(new Slow())).resolves.toBe('done');
    expect(jest.getTimerCount()).toBe(0);
    expect(contexts[0]?.signal.aborted).toBe(false);
  });

  it('leaves no timer behind where its sender gives up first', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const sender = new AbortController();
    const { handler } = hanging();
    await using bus = await startBus({ items: [on(Command).guard(timed({ timeoutMs: 60_000 })), handler] });
    const sent = bus.send(new Slow(), { signal: sender.signal });
    sender.abort();
    await expect(sent).rejects.toMatchObject({ code: 'ABORTED' });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is rejected when its time is up, and its signal is aborted with the same error', async () => {
    const { contexts, handler } = hanging();
    await using bus = await startBus({ items: [on(Command).guard(timed({ timeoutMs: 10 })), handler] });
    const error: unknown = await bus.send(new Slow()).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'TIMEOUT', retryable: true });
    expect(error).toMatchInlineSnapshot(
      `[AnywiseError: \`test.slow\` was not handled within the 10 ms that its guard allows. Allow more with \`timed({ timeoutMs })\`, or find what is slow.]`,
    );
    expect(contexts[0]?.signal.reason).toBe(error);
  });

  it('sees the nearer of two deadlines', async () => {
    const { contexts, handler } = hanging();
    await using bus = await startBus({ items: [on(Command).guard(timed({ timeoutMs: 60_000 })), handler] });
    await expect(bus.send(new Slow(), { timeoutMs: 10 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(Number(contexts[0]?.deadline) - Date.now()).toBeLessThan(1_000);
    expect(contexts[0]?.signal.aborted).toBe(true);
  });

  it('passes the limit on to what it sends', async () => {
    const { contexts, handler } = hanging();
    await using bus = await startBus({
      items: [
        on(Outer).guard(timed({ timeoutMs: 10 })),
        on(Outer)
          .inject({ anywise: Anywise })
          .handle(async (_command, _context, { anywise }) => {
            await anywise.send(new Slow());
          }),
        handler,
      ],
    });
    await expect(bus.send(new Outer())).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(contexts[0]?.signal.aborted).toBe(true);
    expect(contexts[0]?.deadline).toBeLessThan(Date.now() + 1_000);
  });

  it('is the same message, in all but its time', async () => {
    const seen: unknown[] = [];
    const facts = ({ messageId, correlationId, causationId, attempt, idempotencyKey }: Context): unknown => ({
      messageId,
      correlationId,
      causationId,
      attempt,
      idempotencyKey,
    });
    await using bus = await startBus({
      items: [
        on(Slow).guard(async (_command, context, next) => {
          seen.push(facts(context));
          return next();
        }),
        on(Slow).guard(timed({ timeoutMs: 60_000 })),
        on(Slow).handle(async (_command, context) => {
          seen.push(facts(context));
          return 'done';
        }),
      ],
    });
    await bus.send(new Slow());
    expect(seen[1]).toEqual(seen[0]);
  });

  it('can be tried again by a guard around it, with a new limit', async () => {
    let tries = 0;
    const aborted: boolean[] = [];
    await using bus = await startBus({
      items: [
        on(Slow).guard(async (_command, context, next) => {
          const reply = await next().catch(() => next());
          aborted.push(context.signal.aborted);
          return reply;
        }),
        on(Slow).guard(timed({ timeoutMs: 30 })),
        on(Slow).handle(async (_command, context) => {
          aborted.push(context.signal.aborted);
          return tries++ === 0 ? new Promise<string>(() => undefined) : 'second try';
        }),
      ],
    });
    await expect(bus.send(new Slow())).resolves.toBe('second try');
    expect(aborted).toEqual([false, false, false]);
  });

  it('keeps its scope until its handler has ended', async () => {
    const log: string[] = [];
    let finish: (reply: string) => void = () => undefined;
    const container = {
      provides: () => undefined,
      verify: () => [],
      open: () => ({ resolve: () => ({}) as never, dispose: () => void log.push('disposed') }),
    };
    class Session {}
    await using bus = await startBus({
      container,
      items: [
        on(Slow).guard(timed({ timeoutMs: 5 })),
        on(Slow)
          .inject({ session: Session })
          .handle(() => new Promise((resolve) => (finish = resolve))),
      ],
    });
    await expect(bus.send(new Slow())).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(log).toEqual([]);
    finish('late');
    await eventually(() => expect(log).toEqual(['disposed']), 30_000);
  });

  it('begins no transaction once its time is up: nothing would end it', async () => {
    class Database {}
    const begun: string[] = [];
    const outcomes: unknown[] = [];
    const memory = memoryStore();
    const store: Store = {
      ...memory,
      clients: [Database],
      begin: (options) => {
        begun.push('begun');
        return Object.assign(memory.begin(options), { client: () => new Database() });
      },
    };
    let goOn: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    await using bus = await startBus({
      contracts: [contract('test', { Slow })],
      store,
      items: [
        on(Slow).guard(timed({ timeoutMs: 5 })),
        on(Slow).guard(async (_command, _context, next) => {
          await held;
          return next().catch((error: unknown) => {
            outcomes.push(error);
            throw error;
          });
        }),
        on(Slow)
          .inject({ database: Database })
          .handle(async () => 'handled'),
      ],
    });
    await expect(bus.send(new Slow())).rejects.toMatchObject({ code: 'TIMEOUT' });
    goOn();
    await eventually(() => expect(outcomes).toMatchObject([{ code: 'NOT_AWAITED' }]), 30_000);
    expect(begun).toEqual([]);
  });

  it('may fail after its time, which is no unhandled rejection', async () => {
    let fail: (error: Error) => void = () => undefined;
    await using bus = await startBus({
      items: [
        on(Slow).guard(timed({ timeoutMs: 5 })),
        on(Slow).handle(() => new Promise((_resolve, reject) => (fail = reject))),
      ],
    });
    await expect(bus.send(new Slow())).rejects.toMatchObject({ code: 'TIMEOUT' });
    fail(new Error('too late'));
    await new Promise(setImmediate);
  });
});
