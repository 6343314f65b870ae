import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Anywise } from '../bus/anywise.js';
import { contextKey, type Context } from '../message/context.js';
import { domainError } from '../message/domain-error.js';
import { command, query } from '../message/declare.js';
import { methods } from '../registry/methods.js';
import { on } from '../registry/on.js';
import { fixed } from '../../testing/fixed.js';
import { startBus } from '../../test-support/start-bus.js';

class Declined extends domainError('test.declined', {
  data: z.object({ reason: z.string() }),
  message: ({ reason }) => `declined: ${reason}`,
}) {}
class Greet extends command('test.greet', { data: z.object({ name: z.string() }), reply: z.string() }) {}
class Outer extends command('test.outer', { reply: z.string() }) {}
class Pay extends command('test.pay', {
  data: z.object({ amount: z.number() }),
  reply: z.string(),
  errors: [Declined],
}) {}
class CountAll extends query('test.count-all', { reply: z.number() }) {}

const User = contextKey<string>('user');

describe('a command', () => {
  it('is handled by a function, and its reply comes back', async () => {
    await using bus = await startBus({ items: [on(Greet).handle(async ({ name }) => `hello ${name}`)] });
    await expect(bus.send(new Greet({ name: 'Ada' }))).resolves.toBe('hello Ada');
  });

  it('is handled by a method that is named without a decorator, synchronously too', async () => {
    class Counter {
      countAll(_query: CountAll): number {
        return 3;
      }
    }
    const items = [methods(Counter, { countAll: CountAll })];
    await using bus = await startBus({ items, container: fixed([Counter, new Counter()]) });
    await expect(bus.send(new CountAll())).resolves.toBe(3);
  });

  it('rejects with what its handler throws, thrown synchronously or not', async () => {
    const failure = new Error('no');
    const throwing = on(Greet).handle(() => {
      throw failure;
    });
    await using bus = await startBus({ items: [throwing, on(Outer).handle(async () => Promise.reject(failure))] });
    await expect(bus.send(new Greet({ name: 'Ada' }))).rejects.toBe(failure);
    await expect(bus.send(new Outer())).rejects.toBe(failure);
  });

  it('without a handler says how to register one', async () => {
    await using bus = await startBus({});
    await expect(bus.send(new Greet({ name: 'Ada' }))).rejects.toThrowErrorMatchingInlineSnapshot(
      `"\`test.greet\` has no handler in this process. Register one with \`on(Greet).handle(…)\`, and pass its registry to \`Anywise\`."`,
    );
    await expect(bus.send(new Greet({ name: 'Ada' }))).rejects.toMatchObject({ code: 'NO_HANDLER' });
  });

  it('is brought to its handler by the strategy given', async () => {
    const seen: string[] = [];
    await using bus = await startBus({
      items: [on(Greet).handle(async ({ name }) => name)],
      sender: async ({ type }, _context, handle) => {
        seen.push(type);
        return `${String(await handle())}!`;
      },
    });
    await expect(bus.send(new Greet({ name: 'Ada' }))).resolves.toBe('Ada!');
    expect(seen).toEqual(['test.greet']);
  });

  it('is aborted by the signal given, and so is what it causes', async () => {
    const controller = new AbortController();
    const signals: AbortSignal[] = [];
    const outer = on(Outer)
      .inject({ anywise: Anywise })
      .handle(async (_command, context, { anywise }) => {
        signals.push(context.signal);
        return anywise.send(new Greet({ name: 'Ada' }));
      });
    const greet = on(Greet).handle(async (_command, { signal }) => {
      signals.push(signal);
      expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
      controller.abort();
      return 'too late';
    });
    await using bus = await startBus({ items: [outer, greet] });
    await expect(bus.send(new Outer(), { signal: controller.signal })).rejects.toMatchObject({ code: 'ABORTED' });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });
});

describe('trySend', () => {
  const pay = on(Pay).handle(async ({ amount }) => {
    if (amount > 100) throw new Declined({ reason: 'too much' });
    if (amount < 0) throw new Error('broken');
    return 'paid';
  });

  it('gives the reply as a value', async () => {
    await using bus = await startBus({ items: [pay] });
    await expect(bus.trySend(new Pay({ amount: 1 }))).resolves.toEqual({ ok: true, value: 'paid' });
  });

  it('gives a declared error as a value, with its data', async () => {
    await using bus = await startBus({ items: [pay] });
    const tried = await bus.trySend(new Pay({ amount: 101 }));
    expect(tried).toMatchObject({ ok: false, error: { type: 'test.declined', data: { reason: 'too much' } } });
  });

  it('rejects with any other error', async () => {
    await using bus = await startBus({ items: [pay] });
    await expect(bus.trySend(new Pay({ amount: -1 }))).rejects.toThrow('broken');
  });
});

describe('a command sent by a handler', () => {
  interface Seen {
    readonly message: string;
    readonly correlation: string;
    readonly causation: string | undefined;
    readonly user: string | undefined;
  }

  function world() {
    const seen: Seen[] = [];
    const note = (context: Context): void => {
      const { messageId: message, correlationId: correlation, causationId: causation } = context;
      seen.push({ message, correlation, causation, user: context.find(User) });
    };
    const outer = on(Outer)
      .inject({ anywise: Anywise })
      .handle(async (_command, context, { anywise }) => {
        note(context);
        return anywise.send(new Greet({ name: 'Ada' }));
      });
    const greet = on(Greet).handle(async ({ name }, context) => {
      note(context);
      context.set(User, 'changed below');
      return name;
    });
    return { seen, items: [outer, greet] };
  }

  it('shares the correlation id, and is caused by what sent it', async () => {
    const { seen, items } = world();
    await using bus = await startBus({ items });
    await bus.send(new Outer());
    const [outer, inner] = seen;
    expect(outer).toMatchObject({ correlation: outer?.message, causation: undefined });
    expect(inner).toMatchObject({ correlation: outer?.message, causation: outer?.message });
    expect(inner?.message).not.toBe(outer?.message);
  });

  it("sees its caller's context values, and changes only its own", async () => {
    const { seen, items } = world();
    const after: (string | undefined)[] = [];
    const watch = on(Outer).after((_command, context, reply) => {
      after.push(context.find(User));
      return reply;
    });
    await using bus = await startBus({ items: [...items, watch] });
    await bus.send(new Outer(), { context: [User('root')] });
    expect(seen.map(({ user }) => user)).toEqual(['root', 'root']);
    expect(after).toEqual(['root']);
  });
});

describe('the scope of a message', () => {
  class Thing {}

  function scopes() {
    const log: string[] = [];
    let opened = 0;
    const container = {
      provides: () => undefined,
      verify: () => [],
      open: () => {
        const name = `scope ${++opened}`;
        return {
          resolve: () => {
            log.push(`resolve in ${name}`);
            return new Thing() as never;
          },
          dispose: () => void log.push(`dispose ${name}`),
        };
      },
    };
    return { log, container };
  }

  const outer = on(Outer)
    .inject({ thing: Thing, anywise: Anywise })
    .handle(async (_command, _context, { anywise }) => anywise.send(new Greet({ name: 'Ada' })));
  const greet = on(Greet)
    .inject({ thing: Thing })
    .handle(async ({ name }) => {
      if (name === '') throw new Error('no name');
      return name;
    });

  it('is shared with what its handler sends, and disposed once at the end', async () => {
    const { log, container } = scopes();
    await using bus = await startBus({ items: [outer, greet], container });
    await bus.send(new Outer());
    await bus.send(new Greet({ name: 'Bob' }));
    expect(log).toEqual([
      'resolve in scope 1',
      'resolve in scope 1',
      'dispose scope 1',
      'resolve in scope 2',
      'dispose scope 2',
    ]);
  });

  it('is disposed where the handler fails', async () => {
    const { log, container } = scopes();
    await using bus = await startBus({ items: [greet], container });
    await expect(bus.send(new Greet({ name: '' }))).rejects.toThrow('no name');
    expect(log).toEqual(['resolve in scope 1', 'dispose scope 1']);
  });

  it('is not opened for code without dependencies', async () => {
    const { log, container } = scopes();
    await using bus = await startBus({ items: [on(CountAll).handle(async () => 1)], container });
    await bus.send(new CountAll());
    expect(log).toEqual([]);
  });

  it('that cannot be disposed leaves the reply as it is', async () => {
    const container = {
      ...scopes().container,
      open: () => ({ resolve: () => new Thing() as never, dispose: () => Promise.reject(new Error('stuck')) }),
    };
    const errors: string[] = [];
    const logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: () => undefined,
      error: (_details: object, text: string) => void errors.push(text),
    };
    await using bus = await startBus({ items: [greet], container, logger });
    await expect(bus.send(new Greet({ name: 'Ada' }))).resolves.toBe('Ada');
    expect(errors).toEqual(['A service of a message could not be disposed']);
  });
});
